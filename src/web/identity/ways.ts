/** How one signs in at this server, as it tells the page. */

/** What this page is to the issuer that signs people in. */
export interface IssuerClient {
  issuer: string;
  client_id: string;
  /** What is asked for, separated by spaces. */
  scope: string;
  /** Go with every request for a code or a token. */
  parameters: Readonly<Record<string, string>>;
}

export interface Ways {
  /** As a demo person, without a password. */
  demo: boolean;
  oidc: IssuerClient | null;
}

/** @throws whatever `fetch` throws; Error where the answer is none of ours */
export async function readWays(): Promise<Ways> {
  const response = await fetch('/sign-in-ways', { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return (await response.json()) as Ways;
}
