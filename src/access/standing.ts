/**
 * What is this person to this thing: the one answer that REST, GraphQL and WebSocket share (AC1). The role is computed
 * by `threat_model_role` in the database: the highest of a grant to the person, a grant to a group of theirs, and the
 * workspace's. Role and epoch come from one statement, so an epoch always belongs to the role it was read with.
 */
import { arrayOf } from '../database/array.ts';
import { permissionsOf, type AccessRole } from './roles.ts';

/** Anything that runs a statement with `?` parameters: an entity manager inside or outside a transaction. */
export interface Queries {
  execute(text: string, params?: unknown[]): Promise<unknown>;
}

export interface ThreatModelStanding {
  exists: boolean;
  role: AccessRole | null;
}

export interface DiagramStanding extends ThreatModelStanding {
  threatModel: string | null;
  /** The access epoch that `role` was decided under. */
  epoch: number;
}

/** @param threatModel a UUID */
export async function standingInThreatModel(
  em: Queries,
  threatModel: string,
  person: string,
): Promise<ThreatModelStanding> {
  const [row] = (await em.execute(
    `select container_exists('threat_model', ?) as found, threat_model_role(?, ?) as role`,
    [threatModel, threatModel, person],
  )) as [{ found: boolean; role: AccessRole | null }];
  return { exists: row.found, role: row.role };
}

/** A person, and a diagram that they want something of; both UUIDs. */
export interface Asked {
  diagram: string;
  person: string;
}

/** @param diagram a UUID. To be asked as the system: the request role does not see what it may not read. */
export async function standingInDiagram(em: Queries, diagram: string, person: string): Promise<DiagramStanding> {
  const [standing] = await standingsInDiagrams(em, [{ diagram, person }]);
  return standing!;
}

/** The same of any number of people and diagrams, in one statement. @returns in the order of the questions */
export async function standingsInDiagrams(em: Queries, asked: readonly Asked[]): Promise<DiagramStanding[]> {
  const rows = (await em.execute(
    `select d.id is not null as found, d.threat_model_id as model, coalesce(d.access_epoch, 0) as epoch,
            threat_model_role(d.threat_model_id, asked.person) as role
     from unnest(?::uuid[], ?::uuid[]) with ordinality as asked (diagram, person, place)
       left join diagram d on d.id = asked.diagram
     order by asked.place`,
    [arrayOf(asked.map(({ diagram }) => diagram)), arrayOf(asked.map(({ person }) => person))],
  )) as { found: boolean; model: string | null; epoch: string | number; role: AccessRole | null }[];
  return rows.map(({ found, model, epoch, role }) => ({
    exists: found,
    threatModel: model,
    role,
    epoch: Number(epoch),
  }));
}

/**
 * The epoch that several decisions about a diagram were made under; if it is not one, not all of them can be up to date,
 * and it is one that no diagram has. @param epochs at least one
 */
export function epochOfAll(epochs: readonly number[]): number {
  const [first] = epochs as [number];
  return epochs.every((epoch) => epoch === first) ? first : -1;
}

/** Whether somebody may write to a diagram, and the epoch that this was decided under; null: there is no such diagram. */
export type Decision = { mayWrite: boolean; epoch: number } | null;

/** Decides of any number of people at once whether they may write. @returns the decisions in the order of the questions */
export async function decideWriters(queries: Queries, asked: readonly Asked[]): Promise<Decision[]> {
  const standings = await standingsInDiagrams(queries, asked);
  return standings.map(({ exists, role, epoch }) =>
    exists ? { mayWrite: permissionsOf(role) === 'writer', epoch } : null,
  );
}
