/** The configuration: every default, every fault in one message, nothing wrong let through. */
import { describe, expect, it } from 'vitest';
import { ConfigurationError, readConfig, type Mode } from '../src/config.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const SERVE = { DATABASE_URL: 'postgres://u:p@db/x', JWT_SECRET: SECRET };

function faultsOf(mode: Mode, environment: Record<string, string | undefined>, expose = false): readonly string[] {
  try {
    readConfig(mode, environment, { expose });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('RU2 dev', () => {
  it('needs nothing', () => {
    expect(readConfig('dev', {})).toEqual({
      mode: 'dev',
      host: '127.0.0.1',
      port: 3000,
      publicUrl: null,
      trustProxy: 0,
      dataDirectory: './data',
      databaseUrl: null,
      redisUrl: null,
      tokens: { kind: 'secret', secret: null, issuer: null, audience: null },
      oidc: null,
      adminRole: 'admin',
      allowedOrigins: [],
      hostGrace: 5000,
      idle: 300_000,
      limits: {
        maxFrameBytes: 4_194_304,
        maxDocumentBytes: 67_108_864,
        maxAwarenessBytes: 16_384,
        maxParticipants: 200,
        maxSocketsPerUser: 20,
        slowConsumerBytes: 8_388_608,
      },
      rateLimitPerMinute: 0,
      metricsToken: null,
      graphqlIntrospection: true,
      logLevel: 'info',
    });
  });

  it('takes an empty variable for one that is not given', () => {
    expect(readConfig('dev', { PORT: '', DATABASE_URL: '', JWT_SECRET: '', ALLOWED_ORIGINS: '', HOST: '' })).toEqual(
      readConfig('dev', {}),
    );
  });

  it.each(['0.0.0.0', '::', '192.168.0.7', 'example.com', '10.0.0.1', '127.0.0.1.example.com', '1270.0.0.1'])(
    'refuses to listen on %s without --expose',
    (HOST) => {
      expect(faultsOf('dev', { HOST })).toEqual([expect.stringContaining('--expose')]);
      expect(readConfig('dev', { HOST }, { expose: true }).host).toBe(HOST);
    },
  );

  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('listens on %s', (HOST) => {
    expect(readConfig('dev', { HOST }).host).toBe(HOST);
  });
});

describe('serve', () => {
  it('listens everywhere, limits requests, shows nobody the GraphQL schema', () => {
    expect(readConfig('serve', SERVE)).toMatchObject({
      host: '0.0.0.0',
      rateLimitPerMinute: 600,
      graphqlIntrospection: false,
      adminRole: 'admin',
    });
  });

  it('RU1 lists everything that is missing', () => {
    expect(faultsOf('serve', {})).toEqual([
      'DATABASE_URL is missing',
      'JWT_SECRET or JWT_JWKS_URI is missing: there must be a way to verify tokens',
    ]);
  });

  it('RU1 with a key server must know issuer and audience, and nobody is an administrator unless it is said', () => {
    const keys = { DATABASE_URL: SERVE.DATABASE_URL, JWT_JWKS_URI: 'https://identity.example/keys' };
    expect(faultsOf('serve', keys)).toEqual([
      expect.stringMatching(/^JWT_ISSUER is missing/),
      expect.stringMatching(/^JWT_AUDIENCE is missing/),
    ]);
    const complete = { ...keys, JWT_ISSUER: 'https://identity.example', JWT_AUDIENCE: 'roundtable' };
    expect(readConfig('serve', complete)).toMatchObject({
      tokens: { kind: 'jwks', uri: keys.JWT_JWKS_URI, issuer: 'https://identity.example', audience: 'roundtable' },
      adminRole: null,
    });
    expect(readConfig('serve', { ...complete, JWT_ADMIN_ROLE: 'root' }).adminRole).toBe('root');
  });

  it('RU1 takes one way to verify tokens, not two', () => {
    const both = { ...SERVE, JWT_JWKS_URI: 'https://identity.example/keys', JWT_ISSUER: 'x', JWT_AUDIENCE: 'y' };
    expect(faultsOf('serve', both)).toEqual(['JWT_SECRET and JWT_JWKS_URI exclude each other']);
  });
});

describe('ID8 signing in at an issuer', () => {
  const OIDC = {
    DATABASE_URL: SERVE.DATABASE_URL,
    JWT_JWKS_URI: 'https://identity.example/keys',
    JWT_AUDIENCE: 'roundtable',
    OIDC_ISSUER: 'https://identity.example/realms/main/',
    OIDC_CLIENT_ID: 'page',
  };

  it('needs the issuer, a client and its keys, and takes its tokens only', () => {
    expect(readConfig('serve', OIDC)).toMatchObject({
      tokens: { kind: 'jwks', issuer: 'https://identity.example/realms/main/', audience: 'roundtable' },
      oidc: {
        issuer: 'https://identity.example/realms/main/',
        clientId: 'page',
        scope: 'openid profile email',
        audienceParameter: null,
        origins: ['https://identity.example'],
      },
    });
  });

  it('takes what a provider needs besides', () => {
    const config = readConfig('serve', {
      ...OIDC,
      JWT_ISSUER: 'https://other.example',
      OIDC_SCOPE: 'openid email offline_access',
      OIDC_AUDIENCE_PARAMETER: 'resource',
      OIDC_ORIGINS: 'https://tokens.example, https://b.example:8443',
    });
    expect(config.tokens.issuer).toBe('https://other.example');
    expect(config.oidc).toMatchObject({
      scope: 'openid email offline_access',
      audienceParameter: 'resource',
      origins: ['https://identity.example', 'https://tokens.example', 'https://b.example:8443'],
    });
  });

  it.each(['dev', 'serve'] as const)('lists all that is missing (%s)', (mode) => {
    const missing = (...names: string[]) =>
      faultsOf(mode, Object.fromEntries(Object.entries(OIDC).filter(([name]) => !names.includes(name)))).map(
        (fault) => fault.split(':')[0],
      );
    expect(missing('OIDC_ISSUER')).toContain('OIDC_ISSUER is missing');
    expect(missing('OIDC_CLIENT_ID')).toEqual(['OIDC_CLIENT_ID is missing']);
    expect(missing('JWT_AUDIENCE')).toEqual(['JWT_AUDIENCE is missing']);
    expect(missing('JWT_JWKS_URI')).toContain('JWT_JWKS_URI is missing');
    expect(missing('OIDC_CLIENT_ID', 'JWT_AUDIENCE')).toEqual(['OIDC_CLIENT_ID is missing', 'JWT_AUDIENCE is missing']);
  });

  it('goes with keys of the issuer, not with a secret of ours', () => {
    const { JWT_JWKS_URI: _, ...rest } = OIDC;
    expect(faultsOf('serve', { ...rest, JWT_SECRET: SECRET })).toEqual([
      'JWT_JWKS_URI is missing: the tokens of OIDC_ISSUER are verified with its keys',
    ]);
  });

  it.each([
    'identity.example',
    'http://identity.example',
    'ftp://identity.example',
    'https://u@identity.example',
    'https://identity.example/?x',
    'https://identity.example/#x',
    'https://:p@identity.example',
    ' https://identity.example',
  ])('refuses an issuer that nobody could trust: %s', (OIDC_ISSUER) => {
    expect(faultsOf('serve', { ...OIDC, OIDC_ISSUER })).toEqual([expect.stringMatching(/^OIDC_ISSUER must/)]);
  });

  it.each(['http://127.0.0.1:9000', 'http://localhost:8080/realms/x', 'http://[::1]:80'])(
    'takes one on the loopback: %s',
    (OIDC_ISSUER) => {
      expect(readConfig('dev', { ...OIDC, OIDC_ISSUER }).oidc?.issuer).toBe(OIDC_ISSUER);
    },
  );
});

describe('RU1 what is given', () => {
  it('is read', () => {
    expect(
      readConfig('serve', {
        ...SERVE,
        PORT: '0',
        HOST: '10.0.0.1',
        PUBLIC_URL: 'https://rt.example/base/',
        TRUST_PROXY: '2',
        DATA_DIR: '/x',
        REDIS_URL: 'rediss://r:1',
        ALLOWED_ORIGINS: ' https://a.example ,http://b.example:8080, ',
        SESSION_HOST_GRACE_MS: '0',
        SESSION_IDLE_MS: '1',
        MAX_FRAME_BYTES: '2048',
        MAX_DOCUMENT_BYTES: '4096',
        MAX_AWARENESS_BYTES: '512',
        MAX_PARTICIPANTS: '3',
        MAX_SOCKETS_PER_USER: '4',
        SLOW_CONSUMER_BYTES: '70000',
        RATE_LIMIT_PER_MINUTE: '0',
        METRICS_TOKEN: 't',
        GRAPHQL_INTROSPECTION: 'on',
        LOG_LEVEL: 'debug',
        JWT_ISSUER: 'i',
        JWT_AUDIENCE: 'a',
        JWT_ADMIN_ROLE: 'r',
      }),
    ).toEqual({
      mode: 'serve',
      host: '10.0.0.1',
      port: 0,
      publicUrl: 'https://rt.example/base',
      trustProxy: 2,
      dataDirectory: '/x',
      databaseUrl: SERVE.DATABASE_URL,
      redisUrl: 'rediss://r:1',
      tokens: { kind: 'secret', secret: SECRET, issuer: 'i', audience: 'a' },
      oidc: null,
      adminRole: 'r',
      allowedOrigins: ['https://a.example', 'http://b.example:8080'],
      hostGrace: 0,
      idle: 1,
      limits: {
        maxFrameBytes: 2048,
        maxDocumentBytes: 4096,
        maxAwarenessBytes: 512,
        maxParticipants: 3,
        maxSocketsPerUser: 4,
        slowConsumerBytes: 70_000,
      },
      rateLimitPerMinute: 0,
      metricsToken: 't',
      graphqlIntrospection: true,
      logLevel: 'debug',
    });
  });

  it.each([
    ['PORT', ['x', '-1', '65536', '3000.5', '0x10', ' 80', '1e3']],
    [
      'PUBLIC_URL',
      [
        'rt.example',
        'ftp://rt.example',
        '/x',
        ' https://rt.example',
        'https://rt.example ',
        'https://rt.example/?x=1',
        'https://rt.example/#h',
        'https://u@rt.example',
        'https://:p@rt.example',
      ],
    ],
    ['TRUST_PROXY', ['yes', '-1', '33']],
    [
      'DATABASE_URL',
      [
        'db',
        'mysql://db/x',
        ' postgres://db/x',
        'postgres://db/x\n',
        'postgres://u:50%off@db/x',
        'postgres://u%:p@db/x',
        'postgres://u:%ff@db/x',
        'postgres://db%/x',
        'postgres://db/x%',
      ],
    ],
    [
      'REDIS_URL',
      [
        'redis',
        'http://redis',
        'redis://redis ',
        'redis://:50%off@redis',
        'redis://u%:p@redis',
        'redis://redis/x',
        'redis://redis/1/2',
        'redis://redis/%31',
      ],
    ],
    ['JWT_SECRET', ['short', 'x'.repeat(31), '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE']],
    [
      'JWT_JWKS_URI',
      ['keys', 'file:///keys', 'http://identity.example/keys', 'http://127.0.0.1.example/keys', 'https://k.example '],
    ],
    ['OIDC_SCOPE', ['email', 'openidx profile', 'openid,email']],
    ['OIDC_AUDIENCE_PARAMETER', ['aud', 'Audience']],
    ['OIDC_ORIGINS', ['*', 'https://tokens.example/', 'tokens.example']],
    [
      'ALLOWED_ORIGINS',
      ['*', 'a.example', 'https://a.example/', 'https://a.example/x', 'https://a.example,nonsense', 'null'],
    ],
    ['SESSION_HOST_GRACE_MS', ['-1', '5s', '2147483648']],
    ['SESSION_IDLE_MS', ['0', 'never']],
    ['MAX_FRAME_BYTES', ['0', '1023', '104857601']],
    ['MAX_DOCUMENT_BYTES', ['0', '1e9', '1073741825']],
    ['MAX_AWARENESS_BYTES', ['255', '1048577']],
    ['MAX_PARTICIPANTS', ['0']],
    ['MAX_SOCKETS_PER_USER', ['0']],
    ['SLOW_CONSUMER_BYTES', ['65535']],
    ['RATE_LIMIT_PER_MINUTE', ['-1', 'off']],
    ['GRAPHQL_INTROSPECTION', ['true', '1', 'On']],
    ['LOG_LEVEL', ['verbose', 'INFO']],
  ])('%s: what makes no sense is a fault, and only one', (name, values) => {
    for (const value of values)
      expect([value, faultsOf('dev', { [name]: value })]).toEqual([
        value,
        [expect.stringMatching(new RegExp(`^${name} must|^${name} Invalid`))],
      ]);
  });

  it.each([
    'http://127.0.0.1:8080/keys',
    'http://[::1]/keys',
    'http://localhost/keys',
    'https://identity.example/keys',
  ])('takes keys that nobody can change on their way: %s', (uri) => {
    expect(faultsOf('dev', { JWT_JWKS_URI: uri })).toEqual([]);
  });

  it.each([
    ['DATABASE_URL', 'postgresql://u:50%25off%2F@db:5433/x?sslmode=require&options=-c%20statement_timeout%3D10s'],
    ['DATABASE_URL', 'postgresql:///x?host=/run/postgresql&user=u'],
    ['REDIS_URL', 'redis://u:50%25off@redis:6380/15'],
    ['REDIS_URL', 'rediss://redis/'],
  ])('takes an address with all that may belong to it: %s %s', (name, value) => {
    expect(faultsOf('dev', { [name]: value })).toEqual([]);
  });

  it.each([
    ['PORT', '65535'],
    ['TRUST_PROXY', '32'],
    ['SESSION_HOST_GRACE_MS', '2147483647'],
    ['MAX_FRAME_BYTES', '1024', '104857600'],
    ['MAX_DOCUMENT_BYTES', '1024', '1073741824'],
    ['MAX_AWARENESS_BYTES', '256', '1048576'],
    ['MAX_PARTICIPANTS', '1'],
    ['MAX_SOCKETS_PER_USER', '1'],
    ['SLOW_CONSUMER_BYTES', '65536'],
  ])('%s may be as small and as large as is said', (name, ...values) => {
    for (const value of values) expect([value, faultsOf('dev', { [name]: value })]).toEqual([value, []]);
  });

  it('switches off what is on in `dev`', () => {
    expect(readConfig('dev', { GRAPHQL_INTROSPECTION: 'off' }).graphqlIntrospection).toBe(false);
  });

  it('counts a secret in bytes: 32 of them are enough', () => {
    expect(faultsOf('dev', { JWT_SECRET: 'ż'.repeat(16) })).toEqual([]);
  });
});

it.each([' ', '[::1]', '127.0.0.1:3000', 'http://localhost', 'rt.example/', '0.0.0.0 '])(
  'RU1 nowhere to listen is "%s"',
  (HOST) => {
    expect(faultsOf('serve', { ...SERVE, HOST })).toEqual([expect.stringMatching(/^HOST must/)]);
  },
);

it.each(['::', 'fe80::1%eth0', 'node-1.rt_net.example'])('RU1 HOST is an address or a name: %s', (HOST) => {
  expect(readConfig('serve', { ...SERVE, HOST }).host).toBe(HOST);
});

it.each([
  ['HTTPS://RT.example:443/Base/', 'https://rt.example/Base'],
  ['http://rt.example:8080//', 'http://rt.example:8080'],
  ['http://[::1]:80?', 'http://[::1]'],
])('RU1 PUBLIC_URL is kept as a browser spells it, since addresses are made by adding to it: %s', (given, kept) => {
  expect(readConfig('dev', { PUBLIC_URL: given }).publicUrl).toBe(kept);
});

describe('RU1 the message', () => {
  it('lists every fault, each on its line', () => {
    const environment = {
      PORT: 'x',
      HOST: '0.0.0.0',
      LOG_LEVEL: 'loud',
      ALLOWED_ORIGINS: '*',
      JWT_SECRET: 'short',
      JWT_JWKS_URI: 'https://k.example',
    };
    const faults = faultsOf('dev', environment);
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'PORT',
      'JWT_SECRET',
      'ALLOWED_ORIGINS',
      'LOG_LEVEL',
      'HOST',
      'JWT_SECRET',
    ]);
    expect(new ConfigurationError(faults).message.split('\n')).toEqual([
      'The configuration has 6 faults:',
      ...faults.map((fault) => `  ${fault}`),
    ]);
  });

  it('of a single one does not count it', () => {
    const [fault] = faultsOf('dev', { PORT: 'x' });
    expect(new ConfigurationError([fault!]).message).toBe(`The configuration has a fault:\n  ${fault}`);
  });

  it('says nothing of what is secret', () => {
    for (const [database, redis] of [
      ['mysql://admin:hunter2@db', 'x://hunter2'],
      ['postgres://admin:hunter2%@db/x', 'redis://:hunter2%@redis'],
      ['postgres://admin:hunter2@db/x ', 'redis://:hunter2@redis/x'],
    ]) {
      const faults = faultsOf('serve', { DATABASE_URL: database, REDIS_URL: redis, JWT_SECRET: 'hunter2' });
      expect(faults).toHaveLength(3);
      expect(new ConfigurationError(faults).message).not.toContain('hunter2');
    }
  });
});
