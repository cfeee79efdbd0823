/** Run as a process of its own: starts an app, uses it, stops it, and says what is left. It must then end by itself. */
import { build } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/observe/log.ts';

const config = readConfig('dev', { ...process.env, PORT: '0' });
const app = await build(config, createLogger('silent'));
await app.start();
const login = await fetch(`${app.url}/dev/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"email":"ida@firm.example"}',
});
const { token } = (await login.json()) as { token: string };
for (const path of ['/me', '/people?email=nobody@firm.example', '/threat_models', '/metrics', '/nothing']) {
  await (await fetch(app.url + path, { headers: { authorization: `Bearer ${token}` } })).arrayBuffer();
}
await app.stop();

// The client's ends of the connections take a moment on a busy machine; the pipes are the standard streams.
let left: string[] = [];
for (let look = 0; look < 100; look += 1) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  left = process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap');
  if (left.length === 0) break;
}
process.stdout.write(`left: ${left.join(', ')}\n`);
