/**
 * A diagram that is open: `joinDiagram` finds or creates its session, connects, and keeps the connection up by the
 * contract's rules. It can be used at once, before anything has answered: what is edited is kept and goes out later.
 *
 * Two runs follow each other: getting in (REST), then the connection. Each tries again by itself where that may help;
 * where it may not, the diagram has ended, and `rejoin` begins the first run again with the document as it is here.
 * It is live when the document is in sync and the session has greeted us. Whoever hears of a change may do anything, also
 * leave: everything is stopped before the last change is told, and what was under way finds that nothing begins any more.
 */
import * as Y from 'yjs';
import { createEmitter } from '../emitter.ts';
import type { RoundtableError } from '../error.ts';
import { createAsking } from './asking.ts';
import type { WaitReason } from './closing.ts';
import { createCommands } from './commands.ts';
import { afterEntering, afterSubmitting, ended, endOf, reconnecting, trying } from './ending.ts';
import { handleOf, type HandleParts } from './handle.ts';
import type { DiagramEvents, JoinOptions, LeaveOptions, LiveDiagram } from './live-diagram.ts';
import { readMessage, type SessionEnd, type SessionMessage } from './messages.ts';
import { openCopy } from './offline-copy.ts';
import type { LiveParts } from './parts.ts';
import { createPresence } from './presence.ts';
import { rosterOf, shown, told } from './roster.ts';
import { createKeptSocket, type SocketState } from './socket.ts';
import { StockProvider } from './stock-provider.ts';
import { isStored } from './stored.ts';
import { hear, initialState, withRoster, type DiagramState, type DiagramStatus } from './state.ts';
import { trackUnsaved } from './unsaved.ts';
import type { EndReason } from './words.ts';

export function joinDiagram(parts: LiveParts, options: JoinOptions): LiveDiagram {
  const { api, tokens, clock, language, url } = parts;
  const { document = new Y.Doc(), offline = parts.offline ?? false, signal } = options;
  const place = { threatModelId: options.threatModelId, diagramId: options.diagramId };
  const events = createEmitter<DiagramEvents>();
  let state = initialState;
  let endedBy: SessionEnd | null = null;
  let arrived = { synced: false, greeted: false };
  let submitted = false;
  /** Set once it was left. */
  let leaving: Promise<void> | null = null;

  const tell = (changes: Partial<DiagramState>) => {
    state = { ...state, ...changes };
    events.emit('change', state);
  };
  const update = (changes: Partial<DiagramState>) => {
    const members = Object.keys(changes) as (keyof DiagramState)[];
    if (leaving === null && members.some((member) => changes[member] !== state[member])) tell(changes);
  };
  const become = (status: DiagramStatus) => update({ status });

  const kept = createKeptSocket({
    ...parts,
    url: `${url.replace(/^http/, 'ws')}/ws`,
    changed: socketChanged,
    isAwaited: () => state.me?.is_host === true,
  });
  const provider: StockProvider = new StockProvider(kept.socket, {
    name: `diagram:${place.diagramId.toLowerCase()}`,
    document,
    token: () => kept.token(provider.isAuthenticated),
    onAuthenticated: () => presence.renew(),
    onAuthenticationFailed: ({ reason }) => kept.heard(reason),
    onSynced: () => arrive({ synced: true }),
    onStateless: ({ payload }) => take(readMessage<SessionMessage>(payload)),
  });
  const presence = createPresence(provider, {
    states: (all) => update(withRoster(state, shown(state.roster, all))),
    changed: (others) => events.emit('presence', others),
  });
  const copy = openCopy({
    store: offline,
    server: url,
    diagram: place.diagramId,
    document,
    tokens,
    clock,
    restored: (count) => unsaved.restore(count),
    keeps: (keptHere) => update({ keptHere }),
  });
  const unsaved = trackUnsaved({
    document,
    provider,
    isCopy: copy.isOrigin,
    changed(count) {
      copy.note(count);
      tell({ unsavedChanges: count, saved: count === 0 }); // also of one that was left: see `checkSaved`
    },
  });
  const commands = createCommands({
    clock,
    language,
    live: () => state.status.kind === 'live',
    send: (payload) => provider.sendStateless(payload),
    refused: (refused) => events.emit('refused', refused),
  });
  const attempting = () => become(trying(state.status, language()));
  const asking = { clock, trying: attempting, waiting, ended: end };
  const entering = createAsking({
    ...asking,
    after: afterEntering,
    async ask(aborted) {
      const [person, session] = await Promise.all([
        state.person ?? api.me({ signal: aborted }),
        api.sessions.open(place, { signal: aborted }),
        copy.open(),
      ]);
      return { person, session };
    },
    answered({ person, session }) {
      const roster = rosterOf(session);
      update(withRoster({ ...state, person, session }, roster && told(state.roster, roster)));
      kept.connect(session.websocket_url);
    },
  });
  /** A frame was larger than the socket takes: REST takes more, and then the handshake has little left to say. */
  const submitting = createAsking({
    ...asking,
    after: afterSubmitting,
    ask: (aborted) => api.diagrams.applyUpdate(place, Y.encodeStateAsUpdate(document), { signal: aborted }),
    answered() {
      submitted = true;
      kept.connect();
    },
  });

  function waiting(reason: WaitReason, attempt: number, nextAttemptAt: number): void {
    become(reconnecting(reason, language(), attempt, nextAttemptAt));
  }

  function end(reason: EndReason, cause?: RoundtableError): void {
    for (const part of [entering, submitting, kept]) part.stop();
    become(ended(reason, language(), clock.now(), cause));
  }

  function socketChanged(socket: SocketState): void {
    if (socket.kind === 'open') return;
    arrived = { synced: false, greeted: false };
    if (provider.isSynced) provider.onClose(); // the stock socket does not always tell its provider
    update({ askedToPresent: false }); // the host was told that I left, and has forgotten it
    if (socket.kind === 'waiting') {
      waiting(socket.reason, socket.attempt, socket.until);
    } else if (socket.kind === 'connecting') {
      endedBy = null;
      attempting();
    } else if (socket.reason === 'too_large' && !submitted) {
      become(reconnecting('unreachable', language()));
      submitting.begin();
    } else if (socket.reason !== null) {
      end(endOf(socket.reason, endedBy));
    }
  }

  function arrive(what: Partial<typeof arrived>): void {
    arrived = { ...arrived, ...what };
    if (!arrived.synced || !arrived.greeted || state.status.kind === 'live') return;
    submitted = false;
    kept.stood();
    become({ kind: 'live' });
  }

  function take(message: SessionMessage | null): void {
    if (message === null) return;
    if (message.type === 'session_ended') endedBy = message.reason;
    if (message.type === 'removed_from_session') kept.heard('removed_from_session');
    update(hear(state, message));
    if (message.type === 'participants_update') arrive({ greeted: true });
    if (message.type === 'presenter_view' && state.following && state.view) events.emit('view', state.view);
    if (message.type === 'error') {
      events.emit('refused', { code: message.code, message: message.message, request: message.request_type ?? null });
    }
    events.emit('message', message);
  }

  function leave({ forget = false }: LeaveOptions = {}): Promise<void> {
    if (leaving !== null) return forget ? (leaving = copy.close(true)) : leaving;
    leaving = copy.close(forget);
    signal?.removeEventListener('abort', abort);
    for (const part of [commands, presence, unsaved]) part.stop();
    for (const part of [entering, submitting, provider, kept]) part.destroy();
    tell({ status: ended('left', language(), clock.now()) });
    events.clear();
    return leaving;
  }

  const abort = () => void leave();
  signal?.addEventListener('abort', abort, { once: true });
  provider.attach();
  entering.begin();
  if (signal?.aborted) abort();

  const runs: HandleParts['runs'] = {
    retry() {
      if (state.status.kind === 'ended') return;
      const begin = [entering, submitting].find(({ busy }) => busy)?.begin ?? kept.connect;
      begin();
    },
    rejoin() {
      if (state.status.kind !== 'ended' || leaving !== null) return;
      become({ kind: 'connecting' });
      entering.begin();
    },
    async checkSaved() {
      if (state.status.kind !== 'ended' || state.saved) return;
      if (await isStored(document, () => api.diagrams.state(place))) unsaved.forget();
    },
    leave,
  };
  return handleOf({
    state: () => state,
    update,
    on: events.on,
    document,
    provider,
    unsaved,
    presence,
    commands,
    restored: copy.open,
    runs,
  });
}
