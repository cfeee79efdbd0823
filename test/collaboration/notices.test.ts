/** What a node hears of the sessions that it follows: hints and what presenters show, and nothing else. */
import { expect, it, vi } from 'vitest';
import { memoryBus } from '../../src/cluster/memory-bus.ts';
import type { PollPart } from '../../src/cluster/poll.ts';
import { createNotices, type Shown } from '../../src/collaboration/notices.ts';
import { countedBus } from '../support/counted-bus.ts';

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

/** Notices over a store whose reads are answered by hand, with what the poll is told to ask for. */
function readByHand() {
  const reads: PromiseWithResolvers<null>[] = [];
  const since = () => {
    const read = Promise.withResolvers<null>();
    reads.push(read);
    return read.promise;
  };
  const onError = vi.fn<(error: unknown) => void>();
  let part: PollPart | undefined;
  const bus = countedBus(onError);
  const notices = createNotices({ store: { since }, bus, poll: { watch: (one) => void (part = one) }, onError });
  const news = vi.fn<() => void>();
  const session = { session: 's', diagram: 'd' };
  return {
    reads,
    onError,
    news,
    subscribed: bus.subscribed,
    known: () => part!.known()?.[0] ?? null,
    hint: () => notices.publish(session),
    begin: () => notices.follow(session, { news, shown() {} }),
  };
}

it('CS10 what is followed is read once its hints are heard, and again for all hints that come meanwhile; a read that fails is told', async () => {
  const { begin, hint, reads, news, onError } = readByHand();
  begin();
  await turn();
  expect(reads).toHaveLength(1);
  for (let count = 0; count < 5; count += 1) hint();
  await turn();
  expect(reads).toHaveLength(1);
  reads[0]!.resolve(null);
  await turn();
  expect([reads.length, news.mock.calls.length]).toEqual([2, 1]);
  reads[1]!.reject(new Error('away'));
  await turn();
  expect(onError).toHaveBeenCalled();
});

it('CS10 whoever has stopped is told nothing that was being read, and reads no more', async () => {
  const { begin, reads, news } = readByHand();
  const following = begin();
  await turn();
  const next = following.refresh();
  following.stop();
  reads[0]!.resolve(null);
  await next;
  expect([reads.length, news.mock.calls.length]).toEqual([1, 0]);
});

it('CS10 the poll asks for every one who follows, until they stop, once or twice', async () => {
  const { begin, known } = readByHand();
  expect(known()).toBeNull();
  const [one, two] = [begin(), begin()];
  expect(known()).toEqual(['s', 's']);
  one.stop();
  expect(known()).toEqual(['s']);
  two.stop();
  expect(known()).toBeNull();
  const three = begin();
  two.stop();
  expect(known()).toEqual(['s']);
  three.stop();
});

it('RU7 whoever has stopped is subscribed no more, also who stops before the bus has answered', async () => {
  const { begin, subscribed } = readByHand();
  const following = begin();
  await turn();
  expect(subscribed()).toBe(1);
  following.stop();
  begin().stop();
  await turn();
  expect(subscribed()).toBe(0);
});
