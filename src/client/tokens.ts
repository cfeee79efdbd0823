/**
 * Where the token comes from. It is asked for before every call and every connection, so whoever keeps it decides how
 * long; `renew` says that the last one was refused or is about to expire, and several who need that at once share one
 * question. Null means that nobody is signed in.
 */
export type TokenAnswer = string | null | Promise<string | null>;

/** The token itself, or what gives it. @param ask.renew the last one is no good any more */
export type TokenSource = string | ((ask: { renew: boolean }) => TokenAnswer);

export interface Tokens {
  current(): Promise<string | null>;
  /** Another one than the one that was refused, or null if there is none. */
  insteadOf(refused: string | null): Promise<string | null>;
}

export function createTokens(source: TokenSource): Tokens {
  const ask = async (renew: boolean) => (typeof source === 'string' ? source : source({ renew }));
  let renewing: Promise<string | null> | null = null;
  return {
    current: () => ask(false),
    async insteadOf(refused) {
      const current = await ask(false);
      if (current !== refused) return current;
      renewing ??= ask(true).finally(() => (renewing = null));
      const renewed = await renewing;
      return renewed === refused ? null : renewed;
    },
  };
}

/** The subject of a JWT; null if it cannot be read. Nothing is verified: it only tells one person's things from another's. */
export function subjectOf(token: string): string | null {
  try {
    const [, claims = ''] = token.split('.');
    const bytes = Uint8Array.from(atob(claims.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown };
    return typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
