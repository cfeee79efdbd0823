/** What the stories play on: an app, people, and calls that go into the ledger. */
import type { TestApp } from '../support/app.ts';
import type { Answered, CallOptions } from '../support/client.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import type { Ledger } from './ledger.ts';

export interface Stage {
  app: TestApp;
  ledger: Ledger;
  /** A call as somebody, or as nobody. */
  ask(person: TestPerson | null, method: string, path: string, options?: CallOptions): Promise<Answered>;
  newcomer(claims?: { name?: string; roles?: string[] }): Promise<TestPerson>;
}

export const UNKNOWN = '01900000-0000-7000-8000-000000000000';
export const UNKNOWN_ULID = '01CC000000E009000000000000';
export const NOBODY = 'nobody@firm.example';

export function createStage(app: TestApp, ledger: Ledger): Stage {
  return {
    app,
    ledger,
    ask: (person, method, path, options) => ledger.ask(app.url, person?.token ?? null, method, path, options),
    newcomer: (claims) => newcomer(app, claims),
  };
}
