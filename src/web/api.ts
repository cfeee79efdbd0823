/** The REST calls of this page. Every answer that is not a success is thrown as a `Problem`. */
import type { Diagram, Me, Page, Session, ThreatModel } from './wire.ts';

/** A refusal of the server, or (`unreachable`, status 0) no answer at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
  }
}

export type Api = ReturnType<typeof createApi>;

/** @param token the bearer token at the time of a call, or null when nobody is signed in */
export function createApi(token: () => string | null) {
  async function call<Answer>(method: string, path: string, body?: unknown, bearer = token()): Promise<Answer> {
    const headers = new Headers({ accept: 'application/json', 'accept-language': 'en' });
    if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    let response: Response;
    try {
      response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    } catch {
      throw new Problem(0, 'unreachable', 'The server does not answer. Check your connection and try again.');
    }
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as Answer;
  }

  const models = '/threat_models';
  const model = (id: string) => `${models}/${encodeURIComponent(id)}`;
  const collaborate = (threatModel: string, diagram: string) =>
    `${model(threatModel)}/diagrams/${encodeURIComponent(diagram)}/collaborate`;

  return {
    /** Whether the server lets anybody sign in as anybody, which only `roundtable dev` does. */
    async offersDemoPeople(): Promise<boolean> {
      const answer = await fetch('/dev/login', { method: 'OPTIONS' }).catch(() => null);
      return answer !== null && (answer.ok || answer.status === 405);
    },
    demoToken: async (email: string, name: string) =>
      (await call<{ token: string }>('POST', '/dev/login', { email, name }, null)).token,
    /** Who a token belongs to. */
    me: (bearer: string) => call<Me>('GET', '/me', undefined, bearer),
    threatModels: (cursor: string | null) => call<Page<ThreatModel>>('GET', `${models}${after(cursor)}`),
    threatModel: (id: string) => call<ThreatModel>('GET', model(id)),
    createThreatModel: (name: string) => call<ThreatModel>('POST', models, { name }),
    diagrams: (threatModel: string, cursor: string | null) =>
      call<Page<Diagram>>('GET', `${model(threatModel)}/diagrams${after(cursor)}`),
    createDiagram: (threatModel: string, name: string) =>
      call<Diagram>('POST', `${model(threatModel)}/diagrams`, { name }),
    mySessions: () => call<{ data: Session[] }>('GET', '/me/sessions'),
    /** Creates the session of a diagram, or finds it (CS1). */
    collaborate: (threatModel: string, diagram: string) => call<Session>('POST', collaborate(threatModel, diagram)),
  };
}

function after(cursor: string | null): string {
  return cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as { code?: string; message?: string };
  return new Problem(response.status, body.code ?? 'internal', body.message ?? 'The server could not do that.');
}
