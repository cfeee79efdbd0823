/**
 * The peer: Hocuspocus 4.7 with its own Redis extension, on the same WebSocket library as ours. It stores nothing.
 * Argument: the port of Redis. Both packages are the peer's (`package.json` beside this file), so that it runs as it is published.
 */
import type { Hocuspocus } from '@hocuspocus/server';
import { servePeer } from '../peer.ts';

const packages = ['@hocuspocus/server', '@hocuspocus/extension-redis'];
const [server, extension] = (await Promise.all(packages.map((name) => import(name)))) as [
  { Hocuspocus: typeof Hocuspocus },
  { Redis: new (options: object) => object },
];
const redis = new extension.Redis({ host: '127.0.0.1', port: Number(process.argv[2]) });
const hocuspocus = new server.Hocuspocus({ quiet: true, extensions: [redis] });
servePeer(hocuspocus, 'stock Hocuspocus');
