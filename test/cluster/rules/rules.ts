/** All rules of sessions and of access with people spread over nodes: the same suite for any number of them. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { startCluster, type Cluster } from '../../support/cluster.ts';
import { closeForgers } from '../../rules/stage.ts';
import { disconnectAll } from '../../support/provider.ts';
import { describeAccessChanges } from './access-changes.ts';
import { describeAccessRules } from './access.ts';
import { describeRaces } from './races.ts';
import { describeSessionEnds } from './session-end.ts';
import { describeSessionRules } from './session.ts';
import { GRACE, IDLE, spreadOver } from './spread.ts';

export function describeRules(count: number): void {
  describe(`the rules on ${count} nodes`, () => {
    let cluster: Cluster;
    const spread = spreadOver(count, () => cluster);

    beforeAll(async () => {
      const environment = { SESSION_HOST_GRACE_MS: String(GRACE), SESSION_IDLE_MS: String(IDLE) };
      cluster = await startCluster({ nodes: count, environment });
    });
    afterEach(() => {
      disconnectAll();
      closeForgers();
    });
    afterAll(() => cluster.stop());

    describeSessionRules(spread);
    describeSessionEnds(spread);
    describeRaces(spread);
    describeAccessRules(spread);
    describeAccessChanges(spread);
  });
}
