/**
 * The audit trail, for platform admins. People and containers may be asked for in any of their spellings: somebody is
 * the same one whether a row calls them by email, UUID, ULID or number.
 */
import { z } from 'zod';
import type { Database } from '../../database/database.ts';
import { personByEmail, personById, personByNumber } from '../../identity/profiles.ts';
import { fromUlid, spelledInside, toUlid, ULID, UUID } from '../../identity/spelling.ts';
import type { Actor, Person } from '../../identity/person.ts';
import type { AuditTrail, AuditView } from '../../observe/audit-trail.ts';
import { Refusal, refusalCodes } from '../../refusal.ts';
import { commonSentences, pageFields, type Contract } from '../contract.ts';
import { cut, list, pageQuery, timeKey, toPage } from '../page.ts';
import { route, storable, time, type Route } from '../route.ts';

const moment = { pl: 'Nieprawidłowy czas', en: 'Not a time in ISO 8601' };

export const auditContract: Contract = {
  name: 'audit',
  prefixes: ['/api/audit'],
  language: 'en',
  sentences: {
    ...commonSentences,
    forbidden: { pl: 'Tylko dla administratorów platformy', en: 'For platform administrators only' },
  },
  fields: {
    outcome: { pl: 'Nieznany wynik', en: 'Unknown outcome' },
    from: moment,
    to: moment,
    ...pageFields,
  },
  errorOf: (code) => code,
};

const kinds = ['workspace', 'group', 'conversation', 'threat_model', 'diagram', 'session'] as const;
const outcomes = ['granted', ...refusalCodes] as const;

export const eventSchema = z
  .object({
    id: z.uuid(),
    at: time,
    actor: z.uuid().nullable().describe("The caller's id"),
    actor_email: z.string().nullable(),
    action: z.string(),
    container: z.string().nullable().describe('Kind and id, in the spelling of its own API'),
    subject: z.string().nullable().describe('Whom it concerned, as it was sent'),
    role: z.string().nullable(),
    outcome: z.enum(outcomes),
    details: z.record(z.string(), z.unknown()).nullable(),
    request_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEvent' });

const eventOnWire = (view: AuditView) => ({
  id: view.id,
  at: view.at.toISOString(),
  actor: view.actor,
  actor_email: view.actorEmail,
  action: view.action,
  container: containerOnWire(view.container),
  subject: view.subject,
  role: view.role,
  outcome: view.outcome,
  details: view.details,
  request_id: view.requestId,
});

const text = z.string().trim().min(1).max(500).refine(storable).optional();
/** In UTC of the years 1 to 9999, which is what can be asked for in ISO 8601. */
const when = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((value) => new Date(value))
  .refine((at) => at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9999)
  .meta({ description: 'A time or a day, ISO 8601' })
  .optional();

const query = pageQuery(timeKey, z.uuid()).extend({
  actor: text.describe('Id, email, ULID or number'),
  subject: text.describe('As it was sent, or any other spelling of the same person'),
  container: text.describe('`kind:id`, or an id of any kind'),
  outcome: z.enum(outcomes).optional(),
  from: when,
  to: when,
});

const example = {
  id: '019aa439-0d9c-7d2f-a3c4-5f6e7a8b9c0d',
  at: '2026-11-21T09:30:00.000Z',
  actor: '019aa438-fd1a-7b2e-8f3c-4d5e6f708192',
  actor_email: 'ada@example.com',
  action: 'group.member.add',
  container: 'group:01KAJ3Q0W5F0ZB8T8H7R6S5N4M',
  subject: '01KAJ3PZ9D6YV2K4C1X0M8G7QA',
  role: null,
  outcome: 'granted',
  details: null,
  request_id: '019aa439-0d90-7000-8000-6d5c4b3a2f1e',
};

export function auditRoutes({ database, auditTrail }: { database: Database; auditTrail: AuditTrail }): Route[] {
  const person = (actor: Actor, spelled: string) => database.asPerson(actor, (em) => personSpelled(em, spelled));
  return [
    route({
      method: 'get',
      path: '/api/audit',
      operationId: 'listAuditEvents',
      summary: 'Who tried what, newest first; platform admins',
      contract: auditContract,
      query,
      answers: {
        200: {
          description: 'A page of the audit trail',
          schema: list(eventSchema),
          example: { data: [example], next_cursor: null },
        },
      },
      refusals: ['unauthenticated', 'invalid', 'forbidden'],
      handle: async ({ actor, query: asked }) => {
        if (!actor.platformAdmin) throw new Refusal('forbidden');
        const page = toPage(asked);
        const by = asked.actor === undefined ? undefined : await person(actor, asked.actor);
        const whom = asked.subject === undefined ? undefined : await person(actor, asked.subject);
        const filter = {
          actors: by === undefined ? undefined : by ? [by.id] : [],
          subjects: asked.subject === undefined ? undefined : subjectsOf(asked.subject, whom ?? null),
          containers: asked.container === undefined ? undefined : containersOf(asked.container),
          outcome: asked.outcome,
          from: asked.from,
          to: asked.to,
        };
        const found = await auditTrail.read(actor, filter, page);
        const { rows, nextCursor } = cut(found, page, (row) => [row.at.toISOString(), row.id]);
        return { status: 200, body: { data: rows.map(eventOnWire), next_cursor: nextCursor } };
      },
    }),
  ];
}

async function personSpelled(em: Parameters<typeof personById>[0], spelled: string): Promise<Person | null> {
  if (UUID.test(spelled)) return personById(em, spelled.toLowerCase());
  if (ULID.test(spelled)) return personById(em, fromUlid(spelled));
  const number = /^[1-9]\d{0,9}$/.test(spelled) ? Number(spelled) : null;
  if (number !== null) return number <= 2_147_483_647 ? personByNumber(em, number) : null;
  return personByEmail(em, spelled);
}

/** Every way in which a row may call them, in lower case. */
function subjectsOf(spelled: string, person: Person | null): string[] {
  const others = person ? [person.id, person.email, String(person.number), toUlid(person.id)] : [];
  return [...new Set([spelled, ...others].map((one) => one.toLowerCase()))];
}

/** Every container that may be meant, as rows call it. */
function containersOf(spelled: string): string[] {
  const [, kind, id] = /^([a-z_]+):(.+)$/.exec(spelled) ?? [];
  if (kind !== undefined && id !== undefined) return [`${kind}:${spelledInside(kind, id)}`];
  return kinds.map((one) => `${one}:${spelledInside(one, spelled)}`);
}

function containerOnWire(container: string | null): string | null {
  const [, id] = /^group:(.+)$/.exec(container ?? '') ?? [];
  return id !== undefined && UUID.test(id) ? `group:${toUlid(id)}` : container;
}
