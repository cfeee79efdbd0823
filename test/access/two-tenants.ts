/** A database in which every table has a row: everything is Ada's, Carl has the least that there is in each, Bob nothing. */
import { uuidv7 } from 'uuidv7';
import type { Database } from '../../src/database/database.ts';

/** Tables with rows of tenants: their people see theirs, others none. */
export const TENANTS = [
  'workspace',
  'workspace_member',
  'user_group',
  'group_member',
  'conversation',
  'conversation_participant',
  'message',
  'threat_model',
  'threat_model_grant',
  'diagram',
  'collaboration_session',
];
/** Tables that the request role cannot even read. */
export const CLOSED = [
  'document_update',
  'document_client',
  'document_snapshot',
  'document_version',
  'session_participant',
  'session_connection',
  'node_lease',
  'notice',
  'deployment',
];
/** People are known to everybody; the trail to platform administrators. */
export const OTHERS = ['profile', 'audit_event'];

export const id = {
  ada: uuidv7(),
  carl: uuidv7(),
  bob: uuidv7(),
  root: uuidv7(),
  workspace: uuidv7(),
  group: uuidv7(),
  model: uuidv7(),
  diagram: uuidv7(),
  session: uuidv7(),
  node: uuidv7(),
};
export const as = (person: string, platformAdmin = false) => ({ id: person, platformAdmin });

export async function fill(database: Database): Promise<void> {
  const bytes = Buffer.from([0, 0]);
  await database.log.transaction(async ({ query }) => {
    for (const person of ['ada', 'carl', 'bob', 'root'] as const) {
      await query(
        `insert into profile (id, issuer, subject, email, username) values ($1, '', $2, $2 || '@firm.example', $2)`,
        [id[person], person],
      );
    }
    await query(`insert into workspace (id, name) values ($1, 'w')`, [id.workspace]);
    await query(
      `insert into workspace_member (workspace_id, profile_id, role) values ($1, $2, 'owner'), ($1, $3, 'read_only')`,
      [id.workspace, id.ada, id.carl],
    );
    await query(`insert into user_group (id, name, owner_id) values ($1, 'g', $2)`, [id.group, id.ada]);
    await query('insert into group_member (group_id, profile_id) values ($1, $2)', [id.group, id.carl]);
    await query(`insert into threat_model (id, name, owner_id, workspace_id) values ($1, 'm', $2, $3)`, [
      id.model,
      id.ada,
      id.workspace,
    ]);
    await query(`insert into threat_model_grant (id, threat_model_id, profile_id, role) values ($1, $2, $3, 'owner')`, [
      uuidv7(),
      id.model,
      id.ada,
    ]);
    await query(`insert into diagram (id, threat_model_id, name) values ($1, $2, 'd')`, [id.diagram, id.model]);
    await query(`insert into conversation (id, title) values (1, 'c')`);
    await query(
      `insert into conversation_participant (conversation_id, profile_id, role) values (1, $1, 'admin'), (1, $2, 'member')`,
      [id.ada, id.carl],
    );
    await query(`insert into message (conversation_id, author_id, body) values (1, $1, 'secret')`, [id.ada]);
    await query('insert into document_update (diagram_id, seq, bytes, batch_id, authors) values ($1, 1, $2, $3, $4)', [
      id.diagram,
      bytes,
      uuidv7(),
      [id.ada],
    ]);
    await query('insert into document_client (diagram_id, client_id, profile_id) values ($1, 1, $2)', [
      id.diagram,
      id.ada,
    ]);
    await query('insert into document_snapshot (diagram_id, seq, bytes) values ($1, 1, $2)', [id.diagram, bytes]);
    await query(`insert into document_version (id, diagram_id, seq, kind, bytes) values ($1, $2, 1, 'named', $3)`, [
      uuidv7(),
      id.diagram,
      bytes,
    ]);
    await query('insert into collaboration_session (id, diagram_id, host_id, presenter_id) values ($1, $2, $3, $3)', [
      id.session,
      id.diagram,
      id.ada,
    ]);
    await query(`insert into session_participant (session_id, profile_id, permissions) values ($1, $2, 'writer')`, [
      id.session,
      id.ada,
    ]);
    await query('insert into node_lease (node, expires_at) values ($1, now())', [id.node]);
    await query('insert into session_connection (id, session_id, profile_id, node_id) values ($1, $2, $3, $4)', [
      uuidv7(),
      id.session,
      id.ada,
      id.node,
    ]);
    await query(`insert into notice (scope, revision, ordinal, payload) values ('x', 1, 0, '{}')`);
    await query(`insert into audit_event (id, action, outcome) values ($1, 'x', 'granted')`, [uuidv7()]);
  });
}
