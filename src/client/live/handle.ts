/** What a page holds of an open diagram: its state, member by member, what it may ask for, and what it may wait for. */
import type { HocuspocusProvider } from '@hocuspocus/provider';
import type { Doc } from 'yjs';
import { cellsOf } from '../cells.ts';
import type { Listening } from '../emitter.ts';
import type { Commands } from './commands.ts';
import type { DiagramEvents, LiveDiagram } from './live-diagram.ts';
import type { PresenceDesk } from './presence.ts';
import type { DiagramState } from './state.ts';
import type { Unsaved } from './unsaved.ts';
import { reached } from './waiting.ts';

export interface HandleParts {
  state(): DiagramState;
  update(changes: Partial<DiagramState>): void;
  on: Listening<DiagramEvents>['on'];
  document: Doc;
  provider: HocuspocusProvider;
  unsaved: Unsaved;
  presence: PresenceDesk;
  commands: Commands & { stop(): void };
  /** Resolves once it is known what an earlier page had not saved. */
  restored(): Promise<void>;
  runs: Pick<LiveDiagram, 'retry' | 'rejoin' | 'checkSaved' | 'leave'>;
}

export function handleOf(parts: HandleParts): LiveDiagram {
  const { state, update, on, document, provider, unsaved, presence, commands, restored, runs } = parts;
  const { stop: _, ...asked } = commands;
  return {
    ...asked,
    ...runs,
    on,
    doc: document,
    cells: cellsOf(document),
    provider,
    get state() {
      return state();
    },
    get status() {
      return state().status;
    },
    get participants() {
      return state().participants;
    },
    get me() {
      return state().me;
    },
    get host() {
      return state().host;
    },
    get presenter() {
      return state().presenter;
    },
    get permissions() {
      return state().permissions;
    },
    get saved() {
      return state().saved;
    },
    get unsavedChanges() {
      return state().unsavedChanges;
    },
    get presence() {
      return presence.others;
    },
    requestPresenter() {
      if (state().status.kind === 'live') update({ askedToPresent: true });
      commands.requestPresenter();
    },
    denyPresenter(user) {
      const { presenterRequests } = state();
      if (presenterRequests.includes(user))
        update({ presenterRequests: presenterRequests.filter((other) => other !== user) });
      commands.denyPresenter(user);
    },
    unsavedCells: unsaved.cells,
    setCursor: (cursor) => presence.set({ cursor }),
    setSelection: (selection) => presence.set({ selection }),
    setViewport: (viewport) => presence.set({ viewport }),
    followPresenter: () => update({ following: true }),
    stopFollowing: () => update({ following: false }),
    whenLive: () => reached({ state, on }, ({ status }) => status.kind === 'live'),
    async whenSaved() {
      await restored();
      return reached({ state, on }, ({ saved }) => saved);
    },
  };
}
