/**
 * `build(config)` wires the parts, by hand and only here, and returns something that can be started and stopped.
 * Stopping leaves no timer, socket or connection behind.
 */
import { fileURLToPath } from 'node:url';
import { uuidv7 } from 'uuidv7';
import { hearAccessChanges, tellAccessChanged } from './access/changes.ts';
import { createGrants } from './access/grants.ts';
import { decideWriters } from './access/standing.ts';
import { createThreatModels } from './access/threat-models.ts';
import { seedDemo } from './demo.ts';
import { atMost } from './waiting/at-most.ts';
import { createLeases } from './cluster/leases.ts';
import { createPoll } from './cluster/poll.ts';
import { createNotices } from './collaboration/notices.ts';
import { createSessionStore } from './collaboration/session-store.ts';
import { createSessions } from './collaboration/sessions.ts';
import type { Config } from './config.ts';
import { connectNodes, prepareDatabase } from './foundations.ts';
import { keptSecret } from './database/data-directory.ts';
import type { Database } from './database/database.ts';
import { createBudget } from './budget.ts';
import { createDiagrams } from './documents/diagrams.ts';
import { createDocumentStore } from './documents/document-store.ts';
import { asQueries } from './documents/queries.ts';
import { encodeRowMessage, rowChannel, type CommittedRow } from './documents/row.ts';
import { createUpkeep } from './documents/upkeep.ts';
import { createVersions } from './documents/versions.ts';
import { createUpdateLog } from './documents/update-log.ts';
import { createWorkshop } from './documents/workshop.ts';
import { contracts, platformContract, routesOf } from './http/apis.ts';
import { readDocs, readWebApp } from './http/files.ts';
import { createLimits } from './http/limits.ts';
import { closeServer, createListener, listen } from './http/listening.ts';
import { authentication } from './http/pipeline.ts';
import type { Route } from './http/route.ts';
import { createHttp, mayUpgrade } from './http/server.ts';
import { createAuthenticator } from './identity/profiles.ts';
import { signToken, tokenOptions } from './identity/tokens.ts';
import { createAnnounce } from './membership/announce.ts';
import { createConversations } from './membership/conversations.ts';
import { createGroups } from './membership/groups.ts';
import { createMessages } from './membership/messages.ts';
import { createRoster } from './membership/roster.ts';
import { createWorkspaces } from './membership/workspaces.ts';
import { createAuditTrail } from './observe/audit-trail.ts';
import { createAttempts } from './observe/attempts.ts';
import { createHealth } from './observe/health.ts';
import { createLogger, type Logger } from './observe/log.ts';
import { createAwarenessRelay } from './sync/presence/awareness-relay.ts';
import { createAwarenessGuard } from './sync/presence/awareness.ts';
import { syncLimits } from './sync/limits.ts';
import { createLive } from './sync/sessions/live.ts';
import { createRooms } from './sync/rooms/room-desk.ts';
import { createSync } from './sync/sync.ts';
import { createMetrics } from './observe/metrics.ts';

export interface App {
  /** Where it listens, once it is started. */
  readonly url: string;
  readonly database: Database;
  /** Every route of the router, for whoever wants to check the API's description. */
  readonly routes: readonly Route[];
  start(): Promise<void>;
  /** Drains as NO1 says and lets go of everything. */
  stop(): Promise<void>;
}

/** How long a development sign-in holds, seconds. */
const DEV_TOKEN_LIFETIME = 12 * 3600;
/** How long a stopping node waits for a database that owes an answer, ms (NO1). */
const LAST_QUERIES = 1000;
const WEB_APP = fileURLToPath(new URL('../dist/web', import.meta.url));

/**
 * Opens the database (`dev` migrates it; `serve` refuses to go on while migrations are pending) and wires everything.
 * @throws ConfigurationError, DataDirectoryInUse, DataDirectoryUnusable, or the driver's error if the database cannot be reached
 */
export async function build(config: Config, logger: Logger = createLogger(config.logLevel)): Promise<App> {
  const { database, release } = await prepareDatabase(config, logger);
  const secret =
    config.tokens.kind === 'secret' ? (config.tokens.secret ?? (await keptSecret(config.dataDirectory))) : null;
  const tokens = tokenOptions(config.tokens.kind === 'secret' ? { ...config.tokens, secret } : config.tokens);

  const metrics = createMetrics();
  const { bus, allowances } = await connectNodes(config, database, logger, metrics);
  const attempts = createAttempts({ database, logger, metrics });
  const health = createHealth(database, bus);
  const authenticator = createAuthenticator(database, tokens, config.adminRole, logger);
  const limits = createLimits(config.rateLimitPerMinute, allowances);

  const wireLimits = syncLimits(config.limits);
  const budget = createBudget(wireLimits.bufferBytes);
  const onError = (error: unknown) => logger.error({ err: error }, 'something that goes on by itself failed');
  const { hostGrace } = config;
  const leases = createLeases({ sql: database.log, hostGrace, onLost: () => sync.restart(), onError });
  const store = createSessionStore(database, { ...config.limits, hostGrace, idle: config.idle });
  const poll = createPoll({ executor: database.log, lease: leases, onError });
  const notices = createNotices({ store, bus, poll, onError });
  const sessions = createSessions({ store, notices, leases, onError });
  const accessChanged = (changed: readonly string[]) => {
    tellAccessChanged(bus, changed);
    // First the connections, then the session, which tells them; also where nobody is connected.
    for (const diagram of changed) void sync.redecide(diagram).then(() => sessions.redecide(diagram));
  };

  const committed = (row: CommittedRow) => {
    sync.committed(row);
    if (config.redisUrl) bus.publish(rowChannel(row.diagram), encodeRowMessage(row));
    upkeep.edited(row.diagram, row.bytes.byteLength);
  };
  const { maxDocumentBytes, maxAwarenessBytes } = config.limits;
  const workshop = createWorkshop();
  const stored = { executor: database.content, workshop, logger };
  const log = createUpdateLog({
    ...stored,
    executor: database.log,
    budget,
    committed,
    failed: () => metrics.unwritten.inc(),
    decide: (asked) => decideWriters(asQueries(database.log), asked),
  });
  const documents = createDocumentStore({ ...stored, committed, maxDocumentBytes });
  const versions = createVersions({ ...stored, documents });
  const upkeep = createUpkeep({ ...stored, documents });
  const guard = createAwarenessGuard({ maxAwarenessBytes });
  const relay = createAwarenessRelay({ bus, onError });
  const live = createLive({ sessions, notices, guard, relay, maxMessageBytes: maxAwarenessBytes, onError });
  const rooms = createRooms({ database, bus, poll, lease: leases, logger });
  const sync = createSync({
    database,
    bus,
    log,
    workshop,
    budget,
    upkeep,
    authenticator,
    sessions,
    live,
    guard,
    logger,
    metrics,
    rooms,
    lease: leases,
    poll,
    limits: wireLimits,
    originAllowed: (origin, request) => mayUpgrade(config, koa, origin, request),
    newId: uuidv7,
  });

  const announce = createAnnounce(bus, accessChanged);
  const roster = createRoster(database, announce);
  const workspaces = createWorkspaces(database, announce);
  const groups = createGroups(database, announce);
  const conversations = createConversations(database, announce);
  const messages = createMessages(database, announce);
  const auditTrail = createAuditTrail(database);
  const threatModels = createThreatModels(database);
  const grants = createGrants(database, accessChanged);
  const diagrams = createDiagrams(database);

  const signIn = async (claims: { email: string; name?: string; roles?: string[] }) => {
    const token = signToken(secret!, claims, DEV_TOKEN_LIFETIME, config.tokens);
    return { token, person: await authenticator.authenticate(token) };
  };
  const parts = {
    config,
    database,
    logger,
    health,
    metrics,
    limits,
    attempts,
    roster,
    workspaces,
    groups,
    conversations,
    messages,
    auditTrail,
    threatModels,
    grants,
    diagrams,
    documents,
    versions,
    sessions,
    maxDocumentBytes,
    signIn: config.mode === 'dev' && secret !== null ? signIn : null,
  };
  const routes: Route[] = routesOf({ ...parts, routes: () => routes });
  const koa = createHttp({
    config,
    attempts,
    logger,
    metrics,
    routes,
    limits,
    contracts,
    fallback: platformContract,
    authenticate: authentication(tokens, authenticator),
    files: new Map([...(await readDocs()), ...(await readWebApp(WEB_APP))]),
  });
  const server = createListener(koa.callback(), sync.upgrade);
  let url = '';

  return {
    get url() {
      return url;
    },
    database,
    routes,
    async start() {
      await bus.start();
      await leases.start();
      await sessions.start();
      await hearAccessChanges(bus, (diagram) => void sync.redecide(diagram));
      sync.start();
      poll.start();
      upkeep.start();
      if (parts.signIn) await seedDemo({ database, signIn, threatModels, grants, diagrams, documents });
      url = await listen(server, config);
      health.phase = 'running';
      logger.info({ url, mode: config.mode, database: database.kind }, 'started');
    },
    async stop() {
      health.phase = 'draining';
      // What cannot be stopped in order, because the database is away for instance, must not keep the rest from it.
      const steps = [
        // At once, so that closes are not leaves, and nobody is let in while a slow database is asked to mark the lease.
        () => Promise.all([leases.drain(), sync.drain()]),
        sync.stop,
        poll.stop,
        rooms.stop,
        () => closeServer(server),
        log.stop,
        workshop.stop,
        upkeep.stop,
        live.stop,
        sessions.stop,
        leases.stop,
        bus.stop,
        () => atMost(LAST_QUERIES, database.close()),
      ];
      for (const step of steps) await Promise.resolve().then<unknown>(step).catch(onError);
      release();
      metrics.registry.clear();
      logger.info('stopped');
    },
  };
}
