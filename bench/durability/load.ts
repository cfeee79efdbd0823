/**
 * The load, in a process of its own: editors on raw connections, of whom some write at a steady pace, whether or not the
 * server keeps up. It measures how long an acknowledgement takes, and how long an edit takes until it is with another
 * editor (of some, because reading what comes costs the load more than the server), and says how busy it was itself.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { openConnection, type EditorConnection } from './connection.ts';
import { createHistory, createWriter, valuesIn, type Writer } from './edits.ts';
import type { Desk } from './place.ts';

export interface Plan {
  /** Per document its desks: the first `writing` write. */
  documents: Desk[][];
  writing: number;
  /** How many people's pages have drawn something in each document before: each leaves a client id behind. */
  visits?: number;
  /** How many edits were made in a document before at most: in the first one none, in each further one some more. */
  earlier?: number;
  /** Edits per second, all together. */
  rate: number;
  /** Seconds that come before what is measured, and that are. */
  warmUp: number;
  measured: number;
}

export interface Latencies {
  p50: number;
  p99: number;
  most: number;
  count: number;
}

export interface Result {
  /** From the sending of an edit to its acknowledgement, and to its arrival with another editor, ms. */
  acknowledgement: Latencies;
  screen: Latencies;
  /** Edits per second that were sent, and that were acknowledged, while it was measured. */
  sent: number;
  acknowledged: number;
  /** Edits that were not acknowledged in the end. */
  missing: number;
  /** By how much the load was late at most, ms, and how much of its core it used. */
  late: number;
  busy: number;
}

export type Told = { kind: 'connected' | 'measuring' | 'measured' } | { kind: 'done'; result: Result };

interface Author {
  connection: EditorConnection;
  writer: Writer;
  /** When each edit was sent that is not acknowledged yet; null: what came before the edits. */
  waiting: (number | null)[];
}

const CONNECTING = 50;
/** Between two of the earlier edits of an author, ms. */
const EARLIER = 25;
/** Every so many documents have one editor whose screen is watched. */
const WATCHED = 5;
const PATIENCE = 15_000;

process.once('message', (plan: Plan) => void run(plan));

async function run({ documents, writing, visits = 0, earlier = 0, rate, warmUp, measured }: Plan): Promise<void> {
  const acknowledgements: number[] = [];
  const screens: number[] = [];
  let measuring = false;
  const authors: Author[] = [];
  const connections: EditorConnection[] = [];
  const tell = (told: Told) => process.send!(told);

  function open(desk: Desk, index: number, document: number): EditorConnection {
    const waiting: Author['waiting'] = [null]; // the step 2 earns one
    const connection = openConnection(desk, document % WATCHED === 0 && index === writing, {
      acknowledged(saved) {
        if (!saved) throw new Error('an edit was refused');
        const sentAt = waiting.shift();
        if (measuring && sentAt != null) acknowledgements.push(performance.now() - sentAt);
      },
      content(update) {
        const now = performance.now() * 10;
        if (measuring) for (const value of valuesIn(update)) if (value > 0) screens.push((now - value) / 10);
      },
      closed(reason) {
        throw new Error(`a connection was closed: ${reason}`);
      },
    });
    if (index < writing) authors.push({ connection, waiting, writer: createWriter(1 + document * 100 + index) });
    connections.push(connection);
    return connection;
  }

  const all = documents.flatMap((desks, document) => desks.map((desk, index) => () => open(desk, index, document)));
  for (let first = 0; first < all.length; first += CONNECTING)
    await Promise.all(all.slice(first, first + CONNECTING).map((connect) => connect().synced));
  const history = visits > 0 ? createHistory(visits) : null;
  for (const { connection, waiting } of history ? authors.filter((_, index) => index % writing === 0) : []) {
    waiting.push(null);
    connection.update(history!);
  }
  for (const { connection, writer, waiting } of authors) {
    waiting.push(null);
    connection.update(writer.beginning);
  }
  await until(() => unacknowledged(authors) === 0);
  const quota = (place: number) => Math.floor((earlier * Math.floor(place / writing)) / documents.length / writing);
  for (let count = 0; count < earlier / writing; count += 1) {
    authors.filter((_, place) => count < quota(place)).forEach(write);
    await pause(EARLIER);
  }
  shuffle(authors);
  await until(() => unacknowledged(authors) === 0);
  tell({ kind: 'connected' });

  const began = performance.now();
  let sent = 0;
  let sentBefore = 0;
  let late = 0;
  let usage = process.cpuUsage();
  for (let now = 0; now < warmUp + measured; now = (performance.now() - began) / 1000) {
    if (!measuring && now >= warmUp) {
      measuring = true;
      [sentBefore, usage] = [sent, process.cpuUsage()];
      tell({ kind: 'measuring' });
    }
    const due = Math.floor(now * rate);
    if (measuring && sent > 0) late = Math.max(late, ((due - sent) / rate) * 1000);
    for (; sent < due; sent += 1) write(authors[sent % authors.length]!);
    await pause(1);
  }
  measuring = false;
  tell({ kind: 'measured' });
  const { user, system } = process.cpuUsage(usage);
  await until(() => unacknowledged(authors) === 0).catch(() => {});
  tell({
    kind: 'done',
    result: {
      acknowledgement: latencies(acknowledgements),
      screen: latencies(screens),
      sent: (sent - sentBefore) / measured,
      acknowledged: acknowledgements.length / measured,
      missing: unacknowledged(authors),
      late,
      busy: (user + system) / 1e6 / measured,
    },
  });
  for (const connection of connections) connection.close();
  process.disconnect();
}

function write({ connection, waiting, writer }: Author): void {
  const now = performance.now();
  waiting.push(now);
  connection.update(writer.next(Math.floor(now * 10)));
}

const unacknowledged = (authors: readonly Author[]) => authors.reduce((sum, { waiting }) => sum + waiting.length, 0);

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = performance.now() + PATIENCE; !holds();) {
    if (performance.now() > deadline) throw new Error('what was waited for did not come');
    await pause(20);
  }
}

function shuffle(values: unknown[]): void {
  for (let index = values.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [values[index], values[other]] = [values[other], values[index]];
  }
}

function latencies(values: number[]): Latencies {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), most: sorted.at(-1) ?? Number.NaN, count: sorted.length };
}
