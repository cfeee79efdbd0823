/**
 * What `roundtable dev` puts into an empty installation, so that a newcomer can sign in and draw at once: three people
 * and a threat model with one diagram that they share.
 */
import type { Grants } from './access/grants.ts';
import type { ThreatModels } from './access/threat-models.ts';
import type { Database, SqlExecutor } from './database/database.ts';
import type { Diagrams } from './documents/diagrams.ts';
import type { DocumentStore } from './documents/document-store.ts';
import type { Actor } from './identity/person.ts';

const people = [
  { email: 'ada@example.com', name: 'Ada Lovelace', role: 'owner' },
  { email: 'grace@example.com', name: 'Grace Hopper', role: 'writer' },
  { email: 'alan@example.com', name: 'Alan Turing', role: 'reader' },
] as const;

const cells = [
  { id: 'customer', shape: 'actor', x: 40, y: 120, width: 140, height: 60, label: 'Customer', z: 1 },
  { id: 'checkout', shape: 'process', x: 300, y: 120, width: 140, height: 60, label: 'Checkout', z: 2 },
  { id: 'orders', shape: 'store', x: 560, y: 120, width: 140, height: 60, label: 'Orders', z: 3 },
  { id: 'order', shape: 'flow', source: { cell: 'customer' }, target: { cell: 'checkout' }, label: 'order', z: 4 },
  { id: 'save', shape: 'flow', source: { cell: 'checkout' }, target: { cell: 'orders' }, label: 'save', z: 5 },
];

const ADVISORY_LOCK = 7_203_114_002;
/** What the audit trail has in place of a request's id: nobody asked for it. */
const REQUEST_ID = 'demo';

export interface DemoParts {
  database: Database;
  signIn(claims: { email: string; name: string }): Promise<{ person: Actor }>;
  threatModels: ThreatModels;
  grants: Grants;
  diagrams: Diagrams;
  documents: DocumentStore;
}

/**
 * Does nothing where anybody has done anything. What a start that was ended in the middle has left undone is done by the
 * next. Of two nodes that start at once, one does it.
 */
export async function seedDemo(parts: DemoParts): Promise<void> {
  const { database } = parts;
  if (database.kind === 'embedded') return seed(parts, database.log);
  await database.log.transaction(async (transaction) => {
    await transaction.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await seed(parts, transaction);
  });
}

async function seed(
  { signIn, threatModels, grants, diagrams, documents }: DemoParts,
  executor: SqlExecutor,
): Promise<void> {
  const [row] = await executor.query<{ done: boolean }>(
    `select exists (select from diagram where head > 0)
       or exists (select from profile where email <> all ($1))
       or exists (select from audit_event where request_id is distinct from $2) as done`,
    [people.map(({ email }) => email), REQUEST_ID],
  );
  if (row?.done) return;
  const made = async (table: 'threat_model' | 'diagram') =>
    (await executor.query<{ id: string }>(`select id from ${table} limit 1`))[0];
  const actors: Actor[] = [];
  for (const { email, name } of people) actors.push((await signIn({ email, name })).person);
  const [owner] = actors as [Actor];
  const model =
    (await made('threat_model')) ??
    (await threatModels.create(owner, { name: 'Demo threat model', description: null, workspace: null }, REQUEST_ID));
  const granted = people.map(({ email, role }) => ({ type: 'user' as const, subject: email, role }));
  await grants.replace(owner, model.id, granted, REQUEST_ID);
  const diagram = (await made('diagram')) ?? (await diagrams.create(owner, model.id, 'Demo diagram', REQUEST_ID));
  await documents.replace(diagram.id, owner.id, cells, null);
}
