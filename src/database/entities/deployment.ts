/** One row: the id of this deployment, so that two deployments that share a Redis never mix their channels. */
import { defineEntity, p } from '@mikro-orm/core';

export const Deployment = defineEntity({
  name: 'Deployment',
  properties: {
    id: p.uuid().primary(),
    single: p.boolean().default(true).unique().check('single'),
  },
  rowLevelSecurity: true,
});
