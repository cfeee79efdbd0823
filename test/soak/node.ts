/**
 * A node in a process of its own that says, whenever it is asked, what it holds. Objects are counted in the heap itself
 * after a collection of garbage, so what is counted is what something still refers to.
 */
import { EventEmitter } from 'node:events';
import { queryObjects } from 'node:v8';
import { Connection, Document } from '@hocuspocus/server';
import { WebSocket } from 'ws';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { build } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/observe/log.ts';
import type { Activity, Holding, Said } from './held.ts';

const COUNTED = {
  documents: Document,
  replicas: Y.Doc,
  awarenesses: Awareness,
  connections: Connection,
  sockets: WebSocket,
};
const config = readConfig('dev', process.env);
const app = await build(config, createLogger('error'));
const count = (constructor: Parameters<typeof queryObjects>[0]) => queryObjects(constructor, { format: 'count' });

function activity(): Activity {
  const resources = process.getActiveResourcesInfo();
  return { timers: resources.filter((kind) => kind === 'Timeout').length, resources: resources.length };
}

function holding(): Holding {
  const counted = Object.entries(COUNTED).map(([name, constructor]) => [name, count(constructor)]);
  const { heapUsed, rss, external } = process.memoryUsage();
  return {
    ...(Object.fromEntries(counted) as Record<keyof typeof COUNTED, number>),
    emitters: count(EventEmitter),
    closures: count(Function),
    promises: count(Promise),
    ...activity(),
    megabytes: { heap: inMegabytes(heapUsed), external: inMegabytes(external), resident: inMegabytes(rss) },
    cpu: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
  };
}

function inMegabytes(bytes: number): number {
  return Math.round(bytes / 104_857.6) / 10;
}

const say = (said: Said) => process.send!(said);
process.on('message', (asked) => {
  if (asked === 'activity') say({ activity: activity() });
  else if (asked === 'holding') say({ holding: holding() });
  else void app.stop().then(() => process.disconnect());
});
await app.start();
say({ url: app.url });
