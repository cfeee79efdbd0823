/** Runs a load against a server and says what it cost. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Plan, Result, Told } from './load.ts';
import { CORES, pin, usedOutside, type MeasuredServer } from './servers.ts';
import type { Documents } from './place.ts';

export interface Shape {
  editors: number;
  /** How many of the editors write. */
  writing: number;
  /** Edits per second, all together. */
  rate: number;
}

export interface Cost extends Result {
  /** Share of a core that the server used, PostgreSQL, and who has nothing to do with it; null where nothing tells. */
  cpu: number;
  postgres: number | null;
  others: number | null;
  /** The longest that the server's event loop stood still, ms. */
  stall: number;
  memory: number;
}

/** Until V8 has compiled what a server does thousands of times a second, and what is measured. */
const SECONDS = { warmUp: 10, measured: 10 };

/** @param postgres the process whose use is told besides */
export async function measure(
  server: MeasuredServer,
  documents: Documents,
  { editors, ...shape }: Shape,
  postgres: number,
): Promise<Cost> {
  const load = fork(new URL('load.ts', import.meta.url), { serialization: 'advanced' });
  pin(load.pid!, CORES.rest);
  const plan: Plan = {
    ...shape,
    ...SECONDS,
    documents: numbers(documents.count).map((document) =>
      numbers(editors).map((editor) => documents.desk(document, editor)),
    ),
  };
  const used = async () => ({ server: await server.observe(), outside: usedOutside(postgres), at: performance.now() });
  let before = await used();
  let after = before;
  load.on('message', (told: Told) => {
    if (told.kind === 'measuring') void used().then((now) => (before = now));
    if (told.kind === 'measured') void used().then((now) => (after = now));
  });
  const { promise, resolve } = Promise.withResolvers<Result>();
  load.on('message', (told: Told) => told.kind === 'done' && resolve(told.result));
  load.send(plan);
  const ended = once(load, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`the load ended with ${code}`);
  });
  const result = await Promise.race([promise, ended.then(() => promise)]);
  await ended;
  const elapsed = after.at - before.at;
  const share = (now: number, then: number) => (now - then) / elapsed;
  const cpu = share(after.server.cpu, before.server.cpu);
  const outside = before.outside && after.outside && { before: before.outside, after: after.outside };
  const ofPostgres = outside && share(outside.after.postgres, outside.before.postgres);
  const ofAll = outside && share(outside.after.machine, outside.before.machine);
  return {
    ...result,
    cpu,
    postgres: ofPostgres,
    others: ofAll === null ? null : Math.max(0, ofAll - cpu - ofPostgres! - result.busy),
    stall: after.server.stall,
    memory: after.server.memory,
  };
}

const numbers = (count: number) => [...Array.from({ length: count }).keys()];
