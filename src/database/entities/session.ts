/**
 * A collaboration session on a diagram (at most one is not ended: CS1), who ever took part, and one row for each
 * connection of a participant, which goes with the lease of the node that holds it.
 */
import { defineEntity, p } from '@mikro-orm/core';
import { REQUEST_ROLE } from '../request-role.ts';
import { Diagram } from './diagram.ts';
import { NodeLease } from './node-lease.ts';
import { Profile } from './profile.ts';

const roles = [REQUEST_ROLE];

export const CollaborationSession = defineEntity({
  name: 'CollaborationSession',
  properties: {
    id: p.uuid().primary(),
    diagram: () => p.manyToOne(Diagram).mapToPk().deleteRule('cascade'),
    host: () => p.manyToOne(Profile).mapToPk(),
    presenter: () => p.manyToOne(Profile).mapToPk(),
    revision: p.integer().default(0),
    lastOrdinal: p.integer().default(-1),
    startedAt: p.datetime(3).defaultRaw('clock_timestamp()'),
    endsAt: p.datetime(3).nullable(),
    endedAt: p.datetime(3).nullable(),
    endReason: p.text().nullable().check(`end_reason in ('host_left', 'host_ended', 'idle')`),
  },
  indexes: [
    {
      name: 'collaboration_session_one_active',
      expression:
        'create unique index collaboration_session_one_active on collaboration_session (diagram_id) where ended_at is null',
    },
    {
      name: 'collaboration_session_ends',
      expression:
        'create index collaboration_session_ends on collaboration_session (ends_at) where ended_at is null and ends_at is not null',
    },
  ],
  policies: [
    {
      name: 'collaboration_session_read',
      command: 'select',
      roles,
      using: 'diagram_role(diagram_id, current_person()) is not null',
    },
  ],
});

export const SessionParticipant = defineEntity({
  name: 'SessionParticipant',
  properties: {
    session: () => p.manyToOne(CollaborationSession).mapToPk().primary().deleteRule('cascade'),
    profile: () => p.manyToOne(Profile).mapToPk().primary().deleteRule('cascade'),
    permissions: p.text().check(`permissions in ('reader', 'writer')`).$type<'reader' | 'writer'>(),
    joinedAt: p.datetime(3).defaultRaw('clock_timestamp()'),
    leftAt: p.datetime(3).nullable(),
    removed: p.boolean().default(false),
    /** Null if they came in by a node of a version before this. */
    name: p.text().nullable(),
    picture: p.text().nullable(),
  },
  rowLevelSecurity: true,
});

export const SessionConnection = defineEntity({
  name: 'SessionConnection',
  properties: {
    id: p.uuid().primary(),
    session: () => p.manyToOne(CollaborationSession).mapToPk().deleteRule('cascade'),
    profile: () => p.manyToOne(Profile).mapToPk().deleteRule('cascade'),
    node: () => p.manyToOne(NodeLease).mapToPk().fieldName('node_id').deleteRule('cascade').index(),
  },
  indexes: [{ properties: ['session', 'profile'] }],
  rowLevelSecurity: true,
});
