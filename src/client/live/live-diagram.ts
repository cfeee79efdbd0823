/** What `joinDiagram` takes and gives: the diagram as a page holds it while it is open. */
import type { HocuspocusProvider } from '@hocuspocus/provider';
import type * as Y from 'yjs';
import type { Place } from '../apis/diagrams.ts';
import type { Cells } from '../cells.ts';
import type { Listening } from '../emitter.ts';
import type { StoredCell } from '../shapes.ts';
import type { Commands, Refused } from './commands.ts';
import type { Point, SessionMessage, Viewport } from './messages.ts';
import type { OfflineStore } from './offline-copy.ts';
import type { Presence } from './presence.ts';
import type { DiagramState, DiagramStatus, PresenterView } from './state.ts';

export interface JoinOptions extends Place {
  /** A document of the caller's own, which nothing else is connected to. */
  document?: Y.Doc | undefined;
  /** Where the diagram is kept on this device; `false` for nowhere. Else what the client was given. */
  offline?: OfflineStore | false | undefined;
  /** Leaves when it is aborted. */
  signal?: AbortSignal | undefined;
}

export interface LeaveOptions {
  forget?: boolean | undefined;
}

export interface DiagramEvents {
  /** After every change of the state. */
  change: DiagramState;
  /** The others point at, select or see something else. */
  presence: readonly Presence[];
  /** The presenter shows something else, while I follow. */
  view: PresenterView;
  /** Something that was asked for did not happen. */
  refused: Refused;
  /** Every message of the server, after the state has taken it in. */
  message: SessionMessage;
}

export interface LiveDiagram extends Commands, Listening<DiagramEvents> {
  readonly doc: Y.Doc;
  readonly cells: Cells;
  /** Everything that a page shows, as one value that is replaced and never changed. */
  readonly state: DiagramState;
  readonly status: DiagramStatus;
  readonly participants: DiagramState['participants'];
  readonly me: DiagramState['me'];
  readonly host: DiagramState['host'];
  readonly presenter: DiagramState['presenter'];
  readonly permissions: DiagramState['permissions'];
  readonly saved: boolean;
  readonly unsavedChanges: number;
  /** What the others point at, select and see. */
  readonly presence: readonly Presence[];
  /** For what this does not offer: editor plug-ins, awareness. It is kept up from here; do not connect it by hand. */
  readonly provider: HocuspocusProvider;
  /**
   * The cells that were changed here and are not durable yet; of one that was deleted only the id. While changes of an
   * earlier page are among what is not durable, all cells.
   */
  unsavedCells(): (StoredCell | { id: string; deleted: true })[];
  setCursor(cursor: Point | null): void;
  /** @param ids of cells */
  setSelection(ids: readonly string[]): void;
  setViewport(viewport: Viewport | null): void;
  /** From now on `view` tells what the presenter shows. */
  followPresenter(): void;
  stopFollowing(): void;
  /** Tries again at once, without waiting for the next attempt. */
  retry(): void;
  /** After an end: finds or creates a session, with the document as it is here. */
  rejoin(): void;
  /** After an end: asks the server whether it has what was made here by now, from another tab for instance. */
  checkSaved(): Promise<void>;
  /** Resolves when it is live. Rejects with a RoundtableError when it has ended. */
  whenLive(): Promise<void>;
  /** Resolves when everything that was made here, also by an earlier page, is durable. Rejects with a RoundtableError when it has ended before. */
  whenSaved(): Promise<void>;
  /**
   * Closes it; resolves once nothing is kept any more. @param options.forget also removes what is kept of it on this
   * device, also of one that was left before
   */
  leave(options?: LeaveOptions): Promise<void>;
}
