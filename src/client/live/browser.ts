/** Whether the device is connected at all, where there is a browser to say so. @returns what ends the listening */
export function hearBrowser(listeners: { offline?: () => void; online: () => void }): () => void {
  if (typeof addEventListener !== 'function') return () => {};
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
  };
}
