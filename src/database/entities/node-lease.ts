/** A running node, alive until `expiresAt` by database time. Deleting the row takes its connections with it. */
import { defineEntity, p } from '@mikro-orm/core';

export const NodeLease = defineEntity({
  name: 'NodeLease',
  properties: {
    node: p.uuid().primary(),
    expiresAt: p.datetime(3),
    draining: p.boolean().default(false),
  },
  rowLevelSecurity: true,
});
