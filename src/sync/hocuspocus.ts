/**
 * Hocuspocus, and our hooks in it. It does the handshakes, holds the documents and broadcasts awareness; what content
 * there is, what is stored and who may do what is not left to it (its own store hooks are not used).
 *
 * Every hook is wrapped once: what one throws is logged here, because in some of them Hocuspocus would let it end the
 * process (NO5). A refusal becomes Hocuspocus' permission-denied, with the refusal's code as its reason, and the channel
 * then closes with the contract's code.
 */
import { Hocuspocus, type Configuration, type Document } from '@hocuspocus/server';
import type { Logger } from 'pino';
import { NO_ROWS } from '../documents/base.ts';
import { Refusal } from '../refusal.ts';
import { diagramOf, type AdmissionDesk } from './admission.ts';
import type { AwarenessGuard } from './presence/awareness.ts';
import type { Channel, Context } from './channel.ts';
import { silence } from './replicas/broadcast.ts';
import { closingOf, closings } from './closing.ts';
import { guarded } from './guarded.ts';
import type { Opened } from './intake/hearing.ts';
import type { Live } from './sessions/live.ts';
import type { Replicas } from './replicas/replicas.ts';
import type { Rooms } from './rooms/rooms.ts';

export interface HocuspocusDependencies {
  admission: AdmissionDesk;
  replicas: Replicas;
  live: Live;
  guard: Pick<AwarenessGuard, 'isShownByAnother'>;
  rooms: Rooms | null;
  logger: Logger;
}

type Hooks = Pick<
  Configuration<Context>,
  'onAuthenticate' | 'onTokenSync' | 'onLoadDocument' | 'connected' | 'onStateless' | 'beforeUnloadDocument'
>;

/** The largest delay of a timer, ms. Hocuspocus does not see the frames that only edit, so we do the pinging. */
const NEVER = 2_147_483_647;
/** What a document's frames may take that wait for admission, bytes: no content is among them. */
const MOST_WAITING = 262_144;

export function createHocuspocus({
  admission,
  replicas,
  live,
  guard,
  rooms,
  logger,
}: HocuspocusDependencies): Hocuspocus<Context> {
  const hooks: Hooks = {
    async onAuthenticate({ context, token, connectionConfig }) {
      const { readOnly } = await admission.admit(context.channel, token);
      connectionConfig.readOnly = readOnly;
    },
    async onTokenSync({ context, token }) {
      await admission.refresh(context.channel, token);
    },
    async onLoadDocument({ document, documentName }) {
      const diagram = diagramOf(documentName);
      if (!diagram) return;
      silence(document);
      await replicas.open(diagram, document).catch((error: unknown) => {
        document.destroy(); // Hocuspocus forgets it, and its awareness would go on ticking
        throw error;
      });
      live.attach(diagram, document.awareness);
      const detach = () => live.detach(diagram);
      document.on(
        'destroy',
        guarded(detach, (err) => logger.error({ err, diagram }, 'a document could not be left')),
      );
    },
    async connected({ connection, context, instance, documentName }) {
      const { channel } = context;
      const { document } = connection;
      // An unload and a load that fall together can hand out a document that is destroyed.
      if (instance.documents.get(documentName) !== document) return channel.close(closings.reload);
      const opened = openedBy(channel, document, replicas, guard);
      if (!opened) return channel.close(closings.reload);
      channel.opened(connection, opened);
      if (channel.state.kind !== 'open') return;
      const { admission: admitted } = channel.state;
      if (admitted.kind === 'room') return rooms?.connected(admitted.room);
      await live.connected(admitted.live);
    },
    async onStateless({ connection, payload }) {
      const { state } = (connection.context as Context).channel;
      if (state.kind !== 'open') return;
      if (state.admission.kind === 'room') return rooms?.stateless(state.admission.room, payload);
      await live.stateless(state.admission.live, payload);
    },
    async beforeUnloadDocument({ document }) {
      await replicas.unused(document);
    },
  };
  return new Hocuspocus<Context>({
    quiet: true,
    timeout: NEVER,
    flushDelay: 0,
    unloadImmediately: true,
    maxUnauthenticatedQueueSize: MOST_WAITING,
    ...wrapped(hooks, logger),
  });
}

/** What the intake of a channel works on. A room holds no content: whatever would change it is refused like a reader's. */
function openedBy(
  { state }: Channel,
  document: Document,
  replicas: Replicas,
  guard: HocuspocusDependencies['guard'],
): Opened | null {
  if (state.kind !== 'joined') return null;
  const { admission } = state;
  const isShownByAnother = (client: number) => guard.isShownByAnother(document, client, admission.actor);
  if (admission.kind === 'room') {
    const standing = () => ({ person: admission.actor, permissions: 'reader' as const, epoch: 0 });
    return { document, replica: NOTHING, standing, isShownByAnother };
  }
  const replica = replicas.of(document);
  if (!replica) return null;
  const standing = () => ({ person: admission.actor, permissions: admission.permissions, epoch: admission.epoch });
  return { document, replica, standing, isShownByAnother };
}

const NOTHING: Opened['replica'] = {
  diagram: '',
  base: () => NO_ROWS,
  closed: () => false,
  owners: new Map(),
  catchUp: async () => {},
  reach: async () => {},
  settle: () => {},
  lookUp: async () => {},
  claim: async () => {},
  exceeds: () => false,
  portionsFor: async () => null,
};

/** What Hocuspocus is thrown: it sends the reason to the client, and logs nothing that has no message. */
interface Denial {
  reason: string;
}

function wrapped(hooks: Hooks, logger: Logger): Hooks {
  const entries = Object.entries(hooks).map(([name, hook]) => {
    const run = async (payload: { context?: Context; connection?: { context: Context } }) => {
      try {
        return await (hook as (payload: unknown) => Promise<unknown>)(payload);
      } catch (error) {
        const channel = payload.context?.channel ?? payload.connection?.context.channel;
        const code = error instanceof Refusal ? error.code : 'internal';
        if (!(error instanceof Refusal))
          logger.error({ err: error, hook: name, document: channel?.name }, 'a hook failed');
        if (name !== 'onAuthenticate' && name !== 'onLoadDocument') return channel?.close(closingOf(code));
        if (channel) channel.refusal = closingOf(code);
        throw { reason: code } satisfies Denial;
      }
    };
    return [name, run];
  });
  return Object.fromEntries(entries) as Hooks;
}
