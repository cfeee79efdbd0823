/** The command line: what it prints, what it refuses, and with which exit code. */
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/database/database.ts';
import { startFault } from '../src/start-fault.ts';
import { TEST_SECRET } from './support/app.ts';
import { call } from './support/client.ts';
import { beginCommand, beginScript, runCommand, START_LINE, startCommand } from './support/command-line.ts';
import { emptyDatabaseUrl, freshDatabaseUrl } from './support/database.ts';
import { within } from './support/patience.ts';
import { startTlsProxy } from './support/tls-proxy.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roundtable-main-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('--help', () => {
  it('names every command, and ends well', async () => {
    const { code, output } = await runCommand(['--help']);
    for (const command of ['dev', 'serve', 'migrate', 'token', 'doctor'])
      expect(output).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(code).toBe(0);
  });
});

describe('RU1 a configuration with faults', () => {
  it('stops the start with all of them on stderr, nothing else, and exit code 78', async () => {
    const { code, output, errors } = await runCommand(['serve'], { PORT: 'x', LOG_LEVEL: 'loud' });
    expect([code, output]).toEqual([78, '']);
    expect(
      errors
        .trim()
        .split('\n')
        .map((line) => line.trim().split(' ')[0]),
    ).toEqual(['The', 'PORT', 'LOG_LEVEL', 'DATABASE_URL', 'JWT_SECRET']);
  });

  it('is also a `dev` that everybody could reach', async () => {
    const { code, errors } = await runCommand(['dev'], { HOST: '0.0.0.0', DATA_DIR: folder });
    expect([code, errors.includes('--expose')]).toEqual([78, true]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('RU1 a DATA_DIR that cannot be used', () => {
  it.each<[string, string[], (at: string) => Promise<unknown>]>([
    ['is a file', ['dev'], (at) => writeFile(at, '')],
    ['is a file', ['token', '--email', 'a@b.example'], (at) => writeFile(at, '')],
    ['may not be locked', ['migrate'], (at) => mkdir(join(at, 'lock'), { recursive: true })],
    [
      'holds no secret',
      ['token', '--email', 'a@b.example'],
      (at) => mkdir(join(at, 'jwt-secret'), { recursive: true }),
    ],
    [
      'holds half a secret',
      ['dev'],
      async (at) => {
        await mkdir(at);
        await writeFile(join(at, 'jwt-secret'), 'half');
      },
    ],
  ])('is told in a line, with exit code 78, where it %s: %s', async (_, command, make) => {
    const at = await mkdtemp(join(folder, 'used-'));
    const DATA_DIR = join(at, 'data');
    await make(DATA_DIR);
    const { code, output, errors } = await runCommand(command, { DATA_DIR, PORT: '0' });
    expect(errors).toMatch(new RegExp(`^DATA_DIR ${DATA_DIR} cannot be used: [^\n]+\n$`));
    expect([code, output]).toEqual([78, '']);
    await rm(at, { recursive: true });
  });
});

describe('RU1 a database that cannot be used', () => {
  const refusal = 'SFATAL\0C08P01\0Munsupported startup parameter: x\0\0';
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + refusal.length);

  it.each<[string, string, (socket: Socket) => void, string]>([
    ['stays mute', '', () => {}, 'Connection terminated due to connection timeout'],
    ['hangs up', '', (socket) => socket.destroy(), 'Connection terminated unexpectedly'],
    ['does not know what we ask for', '', (socket) => socket.end(`E${length}${refusal}`), '08P01 unsupported startup'],
    ['knows no TLS', '?sslmode=no-verify', (socket) => socket.end('N'), 'The server does not support SSL connections'],
  ])('is told in a line where it %s', async (_, asked, answer, words) => {
    const server = createServer((socket) => socket.on('error', () => {}).once('data', () => answer(socket)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `postgres://u:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}/x${asked}`;
    const opening = openDatabase({ url }, { acquire: 500, hold: 500, log: 500 });
    const fault = startFault(await opening.catch((error: unknown) => error));
    expect(fault).toMatch(new RegExp(`^The database cannot be used: ${words}[^\n]*$`));
    expect(fault).not.toContain('hunter2');
    server.close();
  });

  it('is told in a line where its certificate is not known, or it takes no writes', async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const name = new URL(DATABASE_URL).pathname.slice(1);
    const proxy = await startTlsProxy(DATABASE_URL);
    const started = (url: string) => runCommand(['serve'], { DATABASE_URL: url, JWT_SECRET: TEST_SECRET, PORT: '0' });
    expect(await started(`${proxy.url}?sslmode=verify-full`)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^The database cannot be used: DEPTH_ZERO_SELF_SIGNED_CERT .*\n$/),
    });
    proxy.stop();
    const server = await openDatabase({ url: DATABASE_URL });
    await server.log.query(`alter database ${name} set default_transaction_read_only = on`);
    await server.close();
    expect(await started(DATABASE_URL)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/^The database cannot be used: 25006 .*\n$/),
    });
  });

  it('is told in a line where it names a certificate that is not there', async () => {
    const DATABASE_URL = 'postgres://u:hunter2@127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/nowhere/ca.crt';
    expect(await runCommand(['serve'], { DATABASE_URL, JWT_SECRET: TEST_SECRET, PORT: '0' })).toMatchObject({
      code: 1,
      errors: 'Cannot open /nowhere/ca.crt: ENOENT. DATABASE_URL may name it, as `sslrootcert`.\n',
    });
  });

  it.each([
    ['nobody is there', 'EHOSTUNREACH'],
    ['no network leads there', 'ENETUNREACH'],
    ['it knows no such user', '28P01'],
    ['it has no such database', '3D000'],
    ['all its connections are taken', '53300'],
    ['it is just starting', '57P03'],
  ])('is told in a line where %s (%s)', (_, code) => {
    expect(startFault(Object.assign(new Error('so it is'), { code }))).toBe(
      `The database cannot be used: ${code} so it is. \`roundtable doctor\` looks at what is configured.`,
    );
  });

  it('is not what everything is taken for that has no code', () => {
    expect(startFault(new Error('a fault of ours'))).toBeNull();
    expect(startFault(Object.assign(new Error('Query read timeout'), { code: '42601' }))).toBeNull();
  });
});

it.each([
  ['EADDRINUSE', 'another program listens there already'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['EACCES', 'this user may not'],
  ['ENOTFOUND', 'nobody knows that name'],
  ['ESTRANGE', 'ESTRANGE'],
])('RU1 why nothing can listen there is said in words: %s', (code, words) => {
  const error = Object.assign(new Error('so it is'), { code, syscall: 'listen', address: '192.0.2.1', port: 80 });
  expect(startFault(error)).toContain(`Cannot listen on 192.0.2.1:80: ${words}. `);
});

describe('token', () => {
  it('prints a token with what was asked for, signed with JWT_SECRET', async () => {
    const { code, output } = await runCommand(
      ['token', '--email', 'Ida@Firm.Example', '--name', 'Ida', '--role', 'admin', '--ttl', '90s'],
      {
        HOST: '0.0.0.0', // of `dev --expose`
        JWT_SECRET: TEST_SECRET,
        JWT_ISSUER: 'https://issuer.example',
        JWT_AUDIENCE: 'roundtable',
      },
    );
    const claims = jwt.verify(output.trim(), TEST_SECRET, {
      algorithms: ['HS256'],
      issuer: 'https://issuer.example',
      audience: 'roundtable',
    }) as jwt.JwtPayload;
    expect([code, output.trim().split('\n').length]).toEqual([0, 1]);
    expect(claims).toMatchObject({ sub: 'ida@firm.example', email: 'ida@firm.example', name: 'Ida', roles: ['admin'] });
    expect(claims.exp! - claims.iat!).toBe(90);
  });

  it.each([
    ['30m', 1800],
    ['2h', 7200],
    ['7d', 604_800],
    [undefined, 3600],
  ])('holds as long as it is asked to: %s', async (ttl, seconds) => {
    const command = ['token', '--email', 'a@b.example', ...(ttl === undefined ? [] : ['--ttl', ttl])];
    const { output } = await runCommand(command, { JWT_SECRET: TEST_SECRET });
    const { exp, iat } = jwt.decode(output.trim()) as jwt.JwtPayload;
    expect(exp! - iat!).toBe(seconds);
  });

  it.each([
    [['token', '--email', 'a@b.example', '--ttl', 'soon'], { JWT_SECRET: TEST_SECRET }, 78, '--ttl soon'],
    [['token', '--email', 'a@b.example'], { JWT_JWKS_URI: 'https://keys.example' }, 78, 'signed by somebody else'],
  ] as const)('%j refuses what it cannot do', async (command, environment, expected, words) => {
    const { code, output, errors } = await runCommand(command, { DATA_DIR: join(folder, 'none'), ...environment });
    expect([code, output]).toEqual([expected, '']);
    expect(errors).toContain(words);
  });
});

describe('RU2 RU7 migrate and serve', () => {
  it('`serve` refuses a database that lacks migrations and says which; after `migrate` it serves, and ends on SIGTERM', async () => {
    const environment = { DATABASE_URL: await emptyDatabaseUrl(), JWT_SECRET: TEST_SECRET };
    const refused = await runCommand(['serve'], { ...environment, PORT: '0' });
    expect(refused.code).toBe(78);
    expect(refused.errors).toMatch(/roundtable migrate.*2026-11-21-01-tables/s);

    const { DATABASE_URL } = environment;
    const migrated = await Promise.all([
      runCommand(['migrate'], { DATABASE_URL }),
      runCommand(['migrate'], { DATABASE_URL }),
    ]);
    expect(migrated.map(({ code }) => code)).toEqual([0, 0]);
    const [applied, idle] = migrated.map(({ output }) => output).sort();
    expect(applied).toMatch(/^(applied 2026-\d\d-\d\d-\d\d-[\w-]+\n)+$/);
    expect(idle).toBe('nothing to migrate\n');

    const node = await startCommand(['serve'], environment);
    expect((await call(node.url.replace('0.0.0.0', '127.0.0.1'), 'GET', '/readyz')).body.ready).toBe(true);
    const { code, output, took } = await node.stop();
    expect(code).toBe(0);
    expect(took).toBeLessThan(within(10_000));
    expect(output).not.toContain(TEST_SECRET);
  });

  it('`migrate` needs no right to create roles where an administrator has created the one of the requests', async () => {
    const url = new URL(await emptyDatabaseUrl());
    const server = await openDatabase({ url: url.href });
    const name = url.pathname.slice(1);
    const statements = [
      'create role NAME login nocreaterole password $$secret$$',
      'grant roundtable_request to NAME',
      'alter database NAME owner to NAME',
    ];
    for (const statement of statements) await server.log.query(statement.replaceAll('NAME', name));
    await server.close();
    [url.username, url.password] = [name, 'secret'];
    const { code, output, errors } = await runCommand(['migrate'], { DATABASE_URL: url.href });
    expect([code, errors]).toEqual([0, '']);
    expect(output).toContain('applied 2026-11-21-02-functions');
    expect((await runCommand(['doctor'], { DATABASE_URL: url.href, JWT_SECRET: TEST_SECRET })).code).toBe(0);
  });

  it('`serve` with a database that cannot be reached ends with an error that names no password', async () => {
    const { code, errors } = await runCommand(['serve'], {
      DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x',
      JWT_SECRET: TEST_SECRET,
      PORT: '0',
    });
    expect(code).toBe(1);
    expect(errors).toMatch(/^The database cannot be used: ECONNREFUSED .*\n$/);
    expect(errors).not.toContain('hunter2');
  });

  it('RU1 where another program listens already it says so in a line, and leaves nothing behind', async () => {
    const DATABASE_URL = await freshDatabaseUrl();
    const [first, second] = ['first', 'second'].map((name) => ({ DATABASE_URL, DATA_DIR: join(folder, name) }));
    const running = await startCommand(['dev'], first);
    const { code, errors } = await runCommand(['dev'], { ...second, PORT: new URL(running.url).port });
    expect([code, errors]).toEqual([1, expect.stringMatching(/^Cannot listen on 127\.0\.0\.1:\d+: another .*\n$/)]);
    await running.stop();
  });

  it.each(['nowhere.invalid', '192.0.2.1'])(
    'RU1 it says so of a HOST that is not of this machine: %s',
    async (HOST) => {
      const DATABASE_URL = await freshDatabaseUrl();
      const { code, errors } = await runCommand(['serve'], { DATABASE_URL, JWT_SECRET: TEST_SECRET, HOST, PORT: '0' });
      expect([code, errors]).toEqual([1, expect.stringMatching(/^Cannot listen on \S+:0: .* HOST say where .*\n$/)]);
      expect(errors).toContain(` ${HOST}:0`);
    },
  );
});

describe('NO1 SIGTERM during the start', () => {
  /** Somebody who takes a connection and says nothing. */
  async function mute() {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { at: `127.0.0.1:${port}`, called: once(server, 'connection'), close: () => server.close() };
  }

  it.each([
    ['serve', 0],
    ['migrate', 143],
  ])('ends a `%s` whose database does not answer with exit code %s', async (command, expected) => {
    const { at, called, close } = await mute();
    const environment = { DATABASE_URL: `postgres://${at}/x`, JWT_SECRET: TEST_SECRET, PORT: '0' };
    const child = beginCommand([command], environment);
    await called;
    child.process.kill('SIGTERM');
    expect(await child.ended()).toEqual({ code: expected, output: '', errors: '' });
    close();
  });

  /** Tells a node to stop that has begun to start, and waits for Redis, until it is gone. */
  async function toldAgainAndAgain(signal: NodeJS.Signals) {
    const { at, called, close } = await mute();
    const environment = { DATABASE_URL: await freshDatabaseUrl(), REDIS_URL: `redis://${at}`, JWT_SECRET: TEST_SECRET };
    const child = beginCommand(['serve'], { ...environment, PORT: '0' });
    await called;
    child.process.kill(signal);
    const again = setInterval(() => child.process.kill(signal), 20);
    const ended = await child.ended();
    clearInterval(again);
    close();
    return ended;
  }

  it('ends a node that has begun to start in order, once it has started, however often it is told', async () => {
    const { code, output } = await toldAgainAndAgain('SIGTERM');
    expect(code).toBe(0);
    expect(output).toMatch(/"msg":"started".*"msg":"stopped"/s);
  });

  it('ends it at once for somebody at the keyboard who goes on telling', async () => {
    const { code, output } = await toldAgainAndAgain('SIGINT');
    expect(code).toBe(143);
    expect(output).not.toContain('"msg":"stopped"');
  });
});

it('NO1 `npm run serve` hands SIGTERM on to the node, whatever shell npm uses', async () => {
  const environment = { DATABASE_URL: await freshDatabaseUrl(), JWT_SECRET: TEST_SECRET };
  const npm = beginScript('serve', { ...environment, HOST: '127.0.0.1', PORT: '0' });
  const url = await npm.printed(START_LINE);
  npm.process.kill('SIGTERM');
  // What it prints is read to the end, so this ends with the last of its processes.
  expect((await npm.ended()).output).toContain('"msg":"stopped"');
  await expect(call(url, 'GET', '/livez')).rejects.toThrow();
});

it('RU2 `dev` on a real PostgreSQL migrates it itself, also when two start at once', async () => {
  const DATABASE_URL = await emptyDatabaseUrl();
  const nodes = await Promise.all(
    [1, 2].map((number) => startCommand(['dev'], { DATABASE_URL, DATA_DIR: join(folder, `dev-${number}`) })),
  );
  for (const { url } of nodes)
    expect((await call(url, 'POST', '/dev/login', { body: { email: 'ida@firm.example' } })).status).toBe(200);
  expect((await Promise.all(nodes.map((node) => node.stop('SIGINT')))).map(({ code }) => code)).toEqual([0, 0]);
  const database = await openDatabase({ url: DATABASE_URL });
  expect(await database.log.query('select count(*)::int as demos from threat_model')).toEqual([{ demos: 1 }]);
  await database.close();
});
