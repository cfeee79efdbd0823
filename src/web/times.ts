/** Times as people write them. @param time ISO 8601, or a date; @param language such as `pl` */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, options);
  formats.set(key, format);
  return format;
}

/** `14:05` */
export function timeOf(time: string | Date, language: string): string {
  return formatOf(language, { hour: '2-digit', minute: '2-digit' }).format(new Date(time));
}

/** `14:05` for today, else `3 May, 14:05`, and the year if it is another one. */
export function momentOf(time: string | Date, language: string, now = new Date()): string {
  const at = new Date(time);
  if (isSameDay(at, now)) return timeOf(at, language);
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return formatOf(language, { day: 'numeric', month: 'short', ...year, hour: '2-digit', minute: '2-digit' }).format(at);
}

/** `3 May, 14:05` */
export function stampOf(time: string | Date, language: string): string {
  const parts = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return formatOf(language, parts).format(new Date(time));
}

/** How many days ago it was by the calendar; 0 is today. */
export function daysAgo(time: string | Date, now = new Date()): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(now) - midnight(new Date(time))) / 86_400_000);
}

/** `3 May`, and the year if it is another one. */
export function dayOf(time: string | Date, language: string, now = new Date()): string {
  const at = new Date(time);
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return formatOf(language, { day: 'numeric', month: 'long', ...year }).format(at);
}

function isSameDay(one: Date, other: Date): boolean {
  return daysAgo(one, other) === 0;
}
