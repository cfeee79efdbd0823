/** The stage of the tests on bad input: after each of them every table has the rows that it had, and nothing failed inside. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { newcomer, type TestPerson } from '../support/people.ts';
import { rawCall, type RawAnswer } from '../support/raw.ts';
import { rowCounts } from '../support/rows.ts';

export const JSON_TYPE = { 'content-type': 'application/json' };

/** What there is to be harmed: known once the tests run. */
export interface Stage {
  app: TestApp;
  owner: TestPerson;
  workspace: string;
  model: string;
  /** A call of the owner, with no header but these. */
  raw(method: string, path: string, headers?: Record<string, string>, body?: string | Uint8Array): Promise<RawAnswer>;
}

export function unharmed(): Stage {
  const stage = {
    raw: (method, path, headers = {}, body) =>
      rawCall(stage.app.url, method, path, {
        headers: { authorization: `Bearer ${stage.owner.token}`, ...headers },
        ...(body !== undefined && { body }),
      }),
  } as Stage;
  let before: Record<string, number>;

  beforeAll(async () => {
    stage.app = await startApp();
    stage.owner = await newcomer(stage.app);
    const made = (path: string) => stage.owner.call('POST', path, { body: { name: 'Stays' } });
    stage.workspace = (await made('/api/workspaces')).body.id;
    stage.model = (await made('/threat_models')).body.id;
  });
  afterAll(() => stage.app.stop());
  beforeEach(async () => {
    before = await rowCounts(stage.app.database);
  });
  afterEach(async () => {
    expect(await rowCounts(stage.app.database)).toEqual(before);
    expect(stage.app.log.filter((line) => line.level === 50)).toEqual([]);
  });
  return stage;
}
