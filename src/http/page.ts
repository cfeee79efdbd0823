/** Paging: `?limit` (1 to 100, default 50) and an opaque `?cursor` that holds the key of the last row. */
import { z } from 'zod';
import { time } from './route.ts';

export interface Page {
  limit: number;
  /** The sort key of the last row of the page before. */
  after: readonly string[] | null;
}

const cursor = z
  .string()
  .max(1000)
  .transform((text, context) => {
    try {
      return z.array(z.string()).parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    } catch {
      context.addIssue({ code: 'custom', message: 'not a cursor' });
      return z.NEVER;
    }
  });

/** The part of a cursor that is a time. PostgreSQL knows no year 0. */
export const timeKey = time.refine((text) => !text.startsWith('0000'));

/** A cursor; `keys` are the shapes of its parts, so that a forged one is a 400. */
export function cursorOf(...keys: readonly z.ZodType[]) {
  return cursor.refine(
    (parts) => parts.length === keys.length && keys.every((key, index) => key.safeParse(parts[index]).success),
  );
}

/** A query with a page in it; `keys` are the shapes of the cursor's parts. */
export function pageQuery(...keys: z.ZodType[]) {
  return z.object({
    limit: z
      .string()
      .regex(/^(0{0,2}[1-9]|0?[1-9]\d|100)$/)
      .transform(Number)
      .optional(),
    cursor: cursorOf(...keys).optional(),
  });
}

/** A page for lists that are complete unless `limit` is given. */
export function toPageOrAll(query: { limit?: number | undefined; cursor?: string[] | undefined }) {
  return { limit: query.limit ?? null, after: query.cursor ?? null };
}

export function toPage(query: { limit?: number | undefined; cursor?: string[] | undefined }): Page {
  return { limit: query.limit ?? 50, after: query.cursor ?? null };
}

/**
 * Cuts a list that was read with one row more than asked for.
 * @param key the sort key of a row
 */
export function cut<Row>(
  rows: readonly Row[],
  page: { limit: number | null },
  key: (row: Row) => readonly string[],
): { rows: Row[]; nextCursor: string | null } {
  const limit = page.limit ?? rows.length;
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const nextCursor = rows.length > limit && last ? Buffer.from(JSON.stringify(key(last))).toString('base64url') : null;
  return { rows: kept, nextCursor };
}

export const list = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() });
