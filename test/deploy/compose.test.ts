/** The compose file, the Dockerfile and the load balancer's configuration, held against each other and against the server. Docker has not run them here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { call } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
/** NO1, seconds. */
const STOPPED = 10;
/** How long a node may take to say that it is not ready, seconds. */
const ASKED = 2;

const document = parseDocument(read('docker-compose.yml'), { merge: true });
const compose: any = document.toJS();
const { services } = compose;
const nodes = ['node-1', 'node-2'];
const balancer = read('deploy/haproxy.cfg');
const dockerfile = read('Dockerfile');
const secrets = { JWT_SECRET: 'a secret of more than thirty-two bytes', POSTGRES_PASSWORD: 'word' };

/** As compose writes variables into a text. @throws for one that must be given and is not */
function filled(text: string, given: Record<string, string>): string {
  return text.replaceAll(
    /\$\{(\w+)(?:(:[-?])([^}]*))?\}/g,
    (_, name: string, how: string | undefined, rest: string) => {
      if (given[name]) return given[name];
      if (how === ':?') throw new Error(rest);
      return rest ?? '';
    },
  );
}

/** The environment of a service, and the configuration that the server reads from it. */
function configured(service: string, given: Record<string, string>) {
  const { environment } = services[service] as { environment: Record<string, string> };
  const entries = Object.entries(environment).map(([name, value]) => [name, filled(value, given)] as const);
  return { environment, config: readConfig('serve', Object.fromEntries(entries)) };
}

describe('RU8 docker-compose.yml', () => {
  it('can be read, and is whole: two nodes behind a balancer, a migration, PostgreSQL and Redis', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    expect(Object.keys(services).toSorted()).toEqual(['balancer', 'migrate', ...nodes, 'postgres', 'redis']);
    for (const node of nodes) expect(services[node].command).toEqual(['serve']);
    expect(services.migrate.command).toEqual(['migrate']);
    expect(Object.keys(compose.volumes)).toEqual([services.postgres.volumes[0].split(':')[0]]);
  });

  it('NO1 lets a signal through also while a container starts', () => {
    for (const service of [...nodes, 'migrate']) expect(services[service].init).toBe(true);
  });

  it('needs what is secret, and nothing else, to configure nodes that start', () => {
    for (const missing of Object.keys(secrets)) {
      expect(() => configured('node-1', { ...secrets, [missing]: '' })).toThrow(`set ${missing}`);
    }
    for (const service of [...nodes, 'migrate']) {
      const { environment, config } = configured(service, secrets);
      for (const name of Object.keys(environment)) expect(read('src/config.ts')).toContain(`\n  ${name}: `);
      expect(config).toMatchObject({ mode: 'serve', host: '0.0.0.0', trustProxy: 1, metricsToken: null });
    }
    expect(configured('node-1', { ...secrets, METRICS_TOKEN: 'token', LOG_LEVEL: 'debug' }).config).toMatchObject({
      metricsToken: 'token',
      logLevel: 'debug',
    });
  });

  it('is started as the README says, with all that it needs', () => {
    const [, words] = /`([^`]*)docker compose up\b/.exec(read('README.md'))!;
    expect([...words!.matchAll(/(\w+)=/g)].map(([, name]) => name).toSorted()).toEqual(Object.keys(secrets));
  });

  it('leads the nodes to the PostgreSQL and the Redis that it runs, and people to the balancer', () => {
    const { config } = configured('node-1', secrets);
    const { hostname, port, username, password, pathname } = new URL(config.databaseUrl!);
    expect({ hostname, port, username, password, pathname }).toEqual({
      hostname: 'postgres',
      port: '5432',
      username: services.postgres.environment.POSTGRES_USER,
      password: filled(services.postgres.environment.POSTGRES_PASSWORD, secrets),
      pathname: `/${services.postgres.environment.POSTGRES_DB}`,
    });
    expect(config.redisUrl).toBe('redis://redis:6379');
    const [published, inside] = filled(services.balancer.ports[0], {}).split(':');
    expect(config.publicUrl).toBe(`http://localhost:${published}`);
    expect(balancer).toContain(`bind :${inside}\n`);
    expect(services.balancer.healthcheck.test.at(-1)).toBe(`http://127.0.0.1:${inside}/livez`);
    for (const service of ['postgres', 'redis', ...nodes]) expect(services[service].ports).toBeUndefined();
  });

  it('has the balancer send people to its nodes, on the port where they listen, and ask them whether they are ready', () => {
    const [source, , mode] = services.balancer.volumes[0].split(':');
    expect([join(ROOT, source), mode]).toEqual([join(ROOT, 'deploy/haproxy.cfg'), 'ro']);
    const { config } = configured('node-1', secrets);
    const servers = [...balancer.matchAll(/^ {2}server (\S+) (\S+) /gm)].map(([, name, address]) => [name, address]);
    const expected = nodes.map((node) => [node, `${node}:${config.port}`]);
    expect(servers).toEqual([...expected, ...expected]); // in both backends
    expect(balancer).toContain('http-check send meth GET uri /readyz');
    expect(Number(/^ {2}timeout check (\d+)s$/m.exec(balancer)?.[1])).toBeGreaterThan(ASKED);
  });

  it('lets everybody reach what they need, and the database and the messenger by nobody else', () => {
    const networks = (service: string): string[] => services[service].networks;
    for (const node of nodes) {
      expect(networks(node)).toEqual(expect.arrayContaining([...networks('postgres'), ...networks('balancer')]));
    }
    expect(networks('redis')).toEqual(networks('postgres'));
    expect(networks('balancer').filter((network) => networks('postgres').includes(network))).toEqual([]);
    for (const network of networks('postgres')) expect(compose.networks[network]).toEqual({ internal: true });
  });

  it('waits for what has a way to say that it is well, and gives a node the time to stop (NO1)', () => {
    for (const [name, { depends_on: needs = {} }] of Object.entries<any>(services)) {
      for (const [other, { condition }] of Object.entries<any>(needs)) {
        expect(Object.keys(services), name).toContain(other);
        if (condition === 'service_completed_successfully') expect(other).toBe('migrate');
        else if (!nodes.includes(other)) expect(services[other].healthcheck.test, other).toBeDefined();
      }
    }
    expect(dockerfile).toContain('\nHEALTHCHECK ');
    for (const node of nodes) expect(Number.parseInt(services[node].stop_grace_period, 10)).toBeGreaterThan(STOPPED);
  });
});

describe('the Dockerfile', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  it('is of the Node that the server needs, and copies what there is', () => {
    const wanted = Number(/\d+/.exec(JSON.parse(read('package.json')).engines.node)![0]);
    for (const [, version] of dockerfile.matchAll(/^FROM node:(\d+)/gm)) expect(Number(version)).toBe(wanted);
    for (const [, sources] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
      for (const source of sources!.split(' ')) expect(existsSync(join(ROOT, source)), source).toBe(true);
    }
    expect(dockerfile).toContain(`EXPOSE ${readConfig('dev', {}).port}\n`);
    const [, entry, command] = /^ENTRYPOINT (.*)\nCMD (.*)$/m.exec(dockerfile)!;
    const started = [...JSON.parse(entry!), ...JSON.parse(command!)].join(' ');
    expect(`exec ${started}`).toBe(JSON.parse(read('package.json')).scripts.serve);
  });

  it('asks the node whether it is alive, as the node answers', async () => {
    const [, ...asking] = JSON.parse(/^ {2}CMD (\[.*\])$/m.exec(dockerfile)![1]!) as string[];
    const well = async (port: string | number) => {
      const child = spawn(process.execPath, asking, { env: { PORT: String(port) }, stdio: 'ignore' });
      const [code] = (await once(child, 'exit')) as [number];
      return code === 0;
    };
    expect((await call(app.url, 'GET', '/livez')).status).toBe(200);
    expect(await well(new URL(app.url).port)).toBe(true);
    expect(await well(await freePort())).toBe(false);
  });
});
