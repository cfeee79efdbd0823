/** Sharing, and the members of workspaces and groups. */
import { words } from '../words.ts';

export const people = words({
  en: {},
  pl: {},
});
