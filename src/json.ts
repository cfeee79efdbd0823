/**
 * JSON as it comes from outside: parsed so that it gives nobody a prototype, no deeper than what is made of it can bear,
 * and with each field that is at fault named.
 */
import { parse } from '@hapi/bourne';
import { z } from 'zod';
import { Refusal, type RefusalDetails } from './refusal.ts';

/**
 * Levels of lists and objects in a JSON body: what can be parsed must not overflow the stack of whoever validates, stores or
 * writes it later, here or in a browser. No API asks for more than a few, and the data of a cell for a few more. Documents
 * take up to 100, and keep something for what they add.
 */
const JSON_DEPTH = 64;

/** @param bytes UTF-8, and nothing that is none; @returns an object or a list; @throws Refusal `invalid` */
export function readJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal('invalid');
  }
  if (!isNested(value) || nestsDeeperThan(JSON_DEPTH, value)) throw new Refusal('invalid');
  return value;
}

/** @param most levels of lists and objects; counted level by level, never by recursion. Bytes are no level. */
export function nestsDeeperThan(most: number, value: unknown): boolean {
  let level = isNested(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === most) return true;
    const next: object[] = [];
    for (const nested of level) for (const member of Object.values(nested)) if (isNested(member)) next.push(member);
    level = next;
  }
  return false;
}

export function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/** Fields at fault that are named in one answer. */
const MOST_FAULTS = 20;

/** For each field at fault, up to 20, whether it is blank, malformed or unknown. @param value what was judged */
export function faultsOf(error: z.ZodError, value: unknown): NonNullable<RefusalDetails['fields']> {
  const found: Record<string, 'blank' | 'format' | 'unknown'> = {};
  for (const issue of error.issues.slice(0, MOST_FAULTS)) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, MOST_FAULTS)) found[[...issue.path, key].map(String).join('.')] = 'unknown';
      continue;
    }
    const field = issue.path.length > 0 ? issue.path.map(String).join('.') : 'body';
    const given = issue.path.reduce<unknown>(
      (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
      value,
    );
    found[field] ??= typeof given === 'string' && given.trim() === '' ? 'blank' : 'format';
  }
  return found;
}

/** The same list, judged up to its first member at fault: a few bytes each, there could be millions, each a fault to tell. */
export function upToFault<List extends z.ZodArray>(list: List): z.ZodPreprocess<List> {
  return z.preprocess((value) => {
    const at = Array.isArray(value) ? value.findIndex((member) => !z.validate(list.element, member)) : -1;
    return at === -1 ? value : (value as unknown[]).slice(0, at + 1);
  }, list);
}
