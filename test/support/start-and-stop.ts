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
// A moment for the client's ends of the connections; the pipes are the standard streams.
await new Promise((resolve) => setTimeout(resolve, 50));
const left = process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap');
process.stdout.write(`left: ${left.join(', ')}\n`);
