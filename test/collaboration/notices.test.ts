/** What a node hears of the sessions that it follows: hints and what presenters show, and nothing else. */
import { expect, it } from 'vitest';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import { createNotices, type Shown } from '../../src/collaboration/notices.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Follows the session `s` of the diagram `d`. */
async function follow() {
  let reads = 0;
  const shown: Shown[] = [];
  const bus = memoryBus((error) => {
    throw error;
  });
  const notices = createNotices({
    store: { since: async () => ((reads += 1), null) },
    bus,
    poll: { watch() {} },
    onError: () => {},
  });
  const following = notices.follow({ session: 's', diagram: 'd' }, { news() {}, shown: (view) => shown.push(view) });
  await turn();
  reads = 0;
  return {
    notices,
    following,
    shown,
    reads: () => reads,
    async hear(...payloads: string[]) {
      for (const payload of payloads) bus.publish('session:d', Buffer.from(payload));
      await turn();
    },
  };
}

it('NO2 nonsense on our channels, and what is of another session, is nothing', async () => {
  const { hear, reads, shown } = await follow();
  await hear('', '{', 'null', '1', '[]', '{}', '{"session":1}', '{"session":"another"}', '{"session":null,"shown":{}}');
  await hear('{"session":"another","shown":{"presenter":"p","view":{}}}', '{"shown":{"presenter":"p","view":{}}}');
  expect([reads(), shown]).toEqual([0, []]);
});

it('NO2 what no presenter shows is shown to nobody', async () => {
  const { hear, shown } = await follow();
  const views = ['null', '1', '{}', '{"presenter":1,"view":{}}', '{"presenter":"p"}', '{"view":{}}'];
  for (const view of [...views, '{"presenter":"p","view":1}', '{"presenter":"p","view":[1]}'])
    await hear(`{"session":"s","shown":${view}}`);
  expect(shown).toEqual([]);
});

it('CS10 a hint makes a node read; what a presenter shows is handed on as it is; whoever has stopped hears nothing', async () => {
  const { notices, following, reads, shown } = await follow();
  const session = { session: 's', diagram: 'd' };
  notices.publish(session);
  notices.show(session, { presenter: 'p', view: { zoom: 2 } });
  await turn();
  expect([reads(), shown]).toEqual([1, [{ presenter: 'p', view: { zoom: 2 } }]]);
  following.stop();
  notices.publish(session);
  notices.show(session, { presenter: 'p', view: {} });
  await turn();
  notices.show(session, { presenter: 'p', view: {} }); // on its way to one who comes and goes at once
  notices.follow(session, { news() {}, shown: (view) => shown.push(view) }).stop();
  await turn();
  expect([reads(), shown.length]).toEqual([1, 1]);
});
