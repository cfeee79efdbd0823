/** A diagram: `head` is the last sequence number of its log, `accessEpoch` grows with every change of access (AC3). */
import { defineEntity, p } from '@mikro-orm/core';
import { REQUEST_ROLE } from '../request-role.ts';
import { ThreatModel } from './threat-model.ts';

const roles = [REQUEST_ROLE];
const role = 'threat_model_role(threat_model_id, current_person())';

export const Diagram = defineEntity({
  name: 'Diagram',
  properties: {
    id: p.uuid().primary(),
    threatModel: () => p.manyToOne(ThreatModel).mapToPk().deleteRule('cascade').index(),
    name: p.text(),
    head: p.bigint('number').default(0),
    accessEpoch: p.bigint('number').default(0),
    createdAt: p.datetime(3).defaultRaw('now()'),
    updatedAt: p.datetime(3).defaultRaw('now()'),
  },
  policies: [
    { name: 'diagram_read', command: 'select', roles, using: `${role} is not null` },
    { name: 'diagram_create', command: 'insert', roles, check: `${role} in ('writer', 'owner')` },
    {
      name: 'diagram_change',
      command: 'update',
      roles,
      using: `${role} in ('writer', 'owner')`,
      check: `${role} in ('writer', 'owner')`,
    },
    { name: 'diagram_delete', command: 'delete', roles, using: `${role} = 'owner'` },
  ],
});
