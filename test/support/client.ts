/** Calls the REST API as somebody. */
import { signToken } from '../../src/identity/tokens.ts';
import { TEST_SECRET } from './app.ts';

export interface Answered {
  status: number;
  headers: Headers;
  // The shape of a body is what the test is about.
  body: any;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Gives it up. */
  signal?: AbortSignal;
}

export interface TestClient {
  readonly token: string;
  readonly email: string;
  call(method: string, path: string, options?: CallOptions): Promise<Answered>;
}

/** Somebody with a token of an hour; their profile is made at their first call. */
export function clientOf(url: string, email: string, claims: { name?: string; roles?: string[] } = {}): TestClient {
  const token = signToken(TEST_SECRET, { email, ...claims }, 3600);
  return {
    token,
    email,
    call: (method, path, options) =>
      call(url, method, path, { ...options, headers: { authorization: `Bearer ${token}`, ...options?.headers } }),
  };
}

/** A call as it stands; a body that is not bytes goes as JSON. */
export async function call(
  url: string,
  method: string,
  path: string,
  { body, headers = {}, signal }: CallOptions = {},
): Promise<Answered> {
  const bytes = body instanceof Uint8Array || typeof body === 'string';
  const response = await fetch(url + path, {
    method,
    ...(signal && { signal }),
    headers: { ...(body !== undefined && !bytes && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: bytes ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
