/** A notice to the connections of a session or a room, kept 15 minutes so that a gap can be read back. */
import { defineEntity, p } from '@mikro-orm/core';

export const Notice = defineEntity({
  name: 'Notice',
  properties: {
    scope: p.text().primary(),
    revision: p.integer().primary(),
    ordinal: p.integer().primary(),
    payload: p.json<Record<string, unknown>>(),
    at: p.datetime(3).defaultRaw('clock_timestamp()').index(),
  },
  rowLevelSecurity: true,
});
