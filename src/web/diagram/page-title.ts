/** What the window is called while a diagram is open: its name, and its first letter as the icon. */
import { useEffect } from 'react';

export function usePageTitle(name: string): void {
  useEffect(() => {
    if (name === '') return;
    const before = document.title;
    document.title = `${name} – Roundtable`;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const usual = icon?.href;
    if (icon) icon.href = `data:image/svg+xml,${encodeURIComponent(iconOf(name))}`;
    return () => {
      document.title = before;
      if (icon && usual !== undefined) icon.href = usual;
    };
  }, [name]);
}

/** An SVG with the first letter of a name. */
function iconOf(name: string): string {
  const letter = ([...name.trim()][0] ?? '').toLocaleUpperCase();
  const safe = letter.replace(/[&<>]/g, (character) => `&#${character.codePointAt(0)};`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#17694f"/><text x="16" y="23" text-anchor="middle" font-family="system-ui,sans-serif" font-size="20" font-weight="600" fill="#fff">${safe}</text></svg>`;
}
