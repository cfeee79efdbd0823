/** Signing in as anybody, which a server started with `roundtable dev` lets everybody do. */
import type { Me } from '../../client/index.ts';
import type { Signed } from './identity.ts';

/** @throws Error with the server's sentence; it answers 404 where it is no `dev` server */
export async function devSignIn({ email, name }: { email: string; name: string }): Promise<Signed> {
  const response = await fetch('/dev/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, name }),
  });
  const body = (await response.json()) as { token: string; user: Me; message?: string };
  if (!response.ok) throw new Error(body.message);
  return { token: body.token, me: body.user, way: { kind: 'demo' } };
}
