/** An array as PostgreSQL reads it, of ids and numbers: nothing in it needs quotes. */
export function arrayOf(elements: readonly (string | number)[]): string {
  return `{${elements.join(',')}}`;
}
