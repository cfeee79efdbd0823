/** What somebody tried, on what, and how it came out (MB5). Written through `record_audit`, never changed. */
import { defineEntity, p } from '@mikro-orm/core';
import { REQUEST_ROLE } from '../request-role.ts';

export const AuditEvent = defineEntity({
  name: 'AuditEvent',
  properties: {
    id: p.uuid().primary(),
    at: p.datetime(3).defaultRaw('clock_timestamp()'),
    actor: p.uuid().fieldName('actor_id').nullable(),
    action: p.text(),
    container: p.text().nullable(),
    /** As it was sent. */
    subject: p.text().nullable(),
    /** In lower case, to be found by. */
    subjectKey: p.text().nullable(),
    role: p.text().nullable(),
    outcome: p.text(),
    details: p.json<Record<string, unknown>>().nullable(),
    requestId: p.text().nullable(),
  },
  indexes: [
    { properties: ['at', 'id'] },
    { properties: ['actor', 'at'] },
    { properties: ['container', 'at'] },
    { properties: ['subjectKey', 'at'] },
  ],
  policies: [{ name: 'audit_event_read', command: 'select', roles: [REQUEST_ROLE], using: 'is_platform_admin()' }],
});
