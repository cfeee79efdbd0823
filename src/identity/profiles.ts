/**
 * Profiles: the first sight of a verified token makes one, later ones update name and picture. A new subject with
 * somebody else's email is refused and audited, never merged.
 */
import { uuidv7 } from 'uuidv7';
import type { Database, EntityManager } from '../database/database.ts';
import { recordAudit } from '../observe/audit.ts';
import type { Logger } from '../observe/log.ts';
import { Refusal } from '../refusal.ts';
import type { Actor, Person } from './person.ts';
import { readClaims, verifyToken, type Claims, type TokenOptions } from './tokens.ts';

/** The columns of `profile` as a row of SQL. */
export interface ProfileRow {
  id: string;
  number: number;
  email: string;
  username: string;
  full_name: string | null;
  avatar_url: string | null;
}

export const PROFILE_COLUMNS = 'id, number, email, username, full_name, avatar_url';

export function toPerson(row: ProfileRow): Person {
  return {
    id: row.id,
    number: row.number,
    email: row.email,
    username: row.username,
    fullName: row.full_name,
    avatarUrl: row.avatar_url,
  };
}

/** Turns tokens into actors, for HTTP (claims that koa-jwt verified) and WebSocket (a bare token) alike. */
export interface Authenticator {
  /** @throws Refusal `unauthenticated` */
  authenticate(token: string): Promise<Actor>;
  /** @param verified the claims of a token whose signature holds; @throws Refusal `unauthenticated` */
  recognise(verified: unknown, requestId?: string): Promise<Actor>;
}

/** @param adminRole the value in `roles` that makes a platform administrator, or null */
export function createAuthenticator(
  database: Database,
  options: TokenOptions,
  adminRole: string | null,
  logger: Logger,
): Authenticator {
  const recognise = async (verified: unknown, requestId?: string): Promise<Actor> => {
    const read = readClaims(verified);
    if ('refused' in read) {
      logger.warn({ claim: read.refused, requestId }, 'a verified token was refused for a claim');
      throw new Refusal('unauthenticated');
    }
    const { claims } = read;
    const person = await profileOf(database.queries(), claims);
    if (!person) {
      await recordAudit(database.queries(), {
        actor: null,
        action: 'profile.create',
        subject: claims.email,
        outcome: 'unauthenticated',
        requestId,
      });
      throw new Refusal('unauthenticated');
    }
    return {
      ...person,
      platformAdmin: adminRole !== null && claims.roles.includes(adminRole),
      expiresAt: claims.exp * 1000,
    };
  };
  return { recognise, authenticate: async (token) => recognise(await verifyToken(token, options)) };
}

/** @returns null if the email belongs to another subject */
async function profileOf(em: EntityManager, claims: Claims): Promise<Person | null> {
  const known = await bySubject(em, claims);
  if (known) {
    const name = claims.name ?? known.full_name;
    const picture = claims.picture ?? known.avatar_url;
    if (name !== known.full_name || picture !== known.avatar_url) {
      await em.execute('update profile set full_name = ?, avatar_url = ? where id = ?', [name, picture, known.id]);
    }
    return { ...toPerson(known), fullName: name, avatarUrl: picture };
  }
  for (;;) {
    await em.execute(
      `insert into profile (id, issuer, subject, email, username, full_name, avatar_url)
       values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
      [
        uuidv7(),
        claims.iss,
        claims.sub,
        claims.email,
        claims.email.split('@')[0],
        claims.name ?? null,
        claims.picture ?? null,
      ],
    );
    const created = await bySubject(em, claims);
    if (created) return toPerson(created);
    if (await personByEmail(em, claims.email)) return null;
    // The number that was drawn is somebody's: another is.
  }
}

async function bySubject(em: EntityManager, claims: Claims): Promise<ProfileRow | undefined> {
  const rows = await em.execute<ProfileRow[]>(
    `select ${PROFILE_COLUMNS} from profile where issuer = ? and subject = ?`,
    [claims.iss, claims.sub],
  );
  return rows[0];
}

/** @param email in any case */
export async function personByEmail(em: EntityManager, email: string): Promise<Person | null> {
  const rows = await em.execute<ProfileRow[]>(`select ${PROFILE_COLUMNS} from profile where email = ?`, [
    email.toLowerCase(),
  ]);
  return rows[0] ? toPerson(rows[0]) : null;
}

/** @param id a UUID */
export async function personById(em: EntityManager, id: string): Promise<Person | null> {
  const rows = await em.execute<ProfileRow[]>(`select ${PROFILE_COLUMNS} from profile where id = ?`, [id]);
  return rows[0] ? toPerson(rows[0]) : null;
}

/** @param number the person's number in the conversations API */
export async function personByNumber(em: EntityManager, number: number): Promise<Person | null> {
  const rows = await em.execute<ProfileRow[]>(`select ${PROFILE_COLUMNS} from profile where number = ?`, [number]);
  return rows[0] ? toPerson(rows[0]) : null;
}
