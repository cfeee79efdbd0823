/** Where editors go: diagrams with open sessions on a Roundtable node, and documents of the same number at the peer. */
import { signToken } from '../../src/identity/tokens.ts';
import { SECRET } from './servers.ts';

/** A document as an editor reaches it. */
export interface Desk {
  /** Where the socket is opened. */
  url: string;
  name: string;
  token: string;
}

/** Makes a desk of a document for the editor of a number. */
export type Documents = { count: number; desk(document: number, editor: number): Desk };

export const tokenOf = (person: number) =>
  signToken(SECRET, { email: `person-${person}@firm.example`, name: `Person ${person}` }, 86_400);

export const emailOf = (person: number) => `person-${person}@firm.example`;

/** Calls as somebody. @returns what was answered, of which only an id is of interest; @throws unless it succeeds */
export async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  person = 0,
  type = body instanceof Uint8Array ? 'application/octet-stream' : 'application/json',
): Promise<{ id: string }> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${tokenOf(person)}`,
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && {
      body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text || 'null') as { id: string };
}

/** Diagrams that so many people may write, each with an open session. */
export async function openDiagrams(url: string, count: number, people: number): Promise<Documents> {
  for (let person = 0; person < people; person += 1) await call(url, 'GET', '/me', undefined, person);
  const { id: model } = await call(url, 'POST', '/threat_models', { name: 'Bench' });
  const everybody = Array.from({ length: people }, (_, person) => person);
  await call(
    url,
    'PUT',
    `/threat_models/${model}/authorization`,
    everybody.map((person) => ({
      subject_type: 'user',
      subject: emailOf(person),
      role: person === 0 ? 'owner' : 'writer',
    })),
  );
  const tokens = everybody.map(tokenOf);
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const { id } = await call(url, 'POST', `/threat_models/${model}/diagrams`, { name: `D ${number}` });
    await call(url, 'POST', `/threat_models/${model}/diagrams/${id}/collaborate`);
    ids.push(id);
  }
  return {
    count,
    desk: (document, editor) => ({
      url: `${url}/threat_models/${model}/diagrams/${ids[document]}/ws`,
      name: `diagram:${ids[document]}`,
      token: tokens[(document + editor) % people]!,
    }),
  };
}

/** Documents of the peer's, empty and made by whoever comes first. */
export function bareDocuments(url: string, count: number): Documents {
  const tag = Math.random().toString(36).slice(2);
  return { count, desk: (document) => ({ url: `${url}/`, name: `${tag}:${document}`, token: 'anybody' }) };
}

/** The path of something of a document, for `call`. */
export const restOf = (desk: Desk, what: string) => new URL(desk.url).pathname.replace(/ws$/, what);
