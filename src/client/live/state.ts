/**
 * What a page shows of an open diagram, as one value that is replaced and never changed, and what a message of the
 * server makes of it. Data of the server is as the server writes it; people are emails.
 */
import type { RoundtableError } from '../error.ts';
import type { Me, Participant, Permissions, Session } from '../shapes.ts';
import type { WaitReason } from './closing.ts';
import type { Roster, SessionMessage, ShownView } from './messages.ts';
import { rosterIn, told } from './roster.ts';
import type { EndReason } from './words.ts';

export type DiagramStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** It tries again by itself; `message` says why, for people; `nextAttemptAt` is null while it does, else ms since the epoch. */
  | {
      readonly kind: 'reconnecting';
      readonly reason: WaitReason;
      readonly message: string;
      readonly attempt: number;
      readonly nextAttemptAt: number | null;
    }
  /** It will not try again. `message` says why, for people; `rejoin` begins anew. */
  | {
      readonly kind: 'ended';
      readonly reason: EndReason;
      readonly message: string;
      readonly at: Date;
      readonly error: RoundtableError;
    };

/** What the presenter shows, put together from what they showed one after the other. */
export interface PresenterView extends ShownView {
  user_id: string;
}

export interface DiagramState {
  readonly status: DiagramStatus;
  /** Who I am; null until it is known. */
  readonly person: Me | null;
  /** The session as it was when it was found: names and addresses. */
  readonly session: Session | null;
  /** In order of `joined_at`. */
  readonly participants: readonly Participant[];
  /** My own entry in that list. */
  readonly me: Participant | null;
  readonly host: string | null;
  readonly presenter: string | null;
  /** What I may do; null until it is known. */
  readonly permissions: Permissions | null;
  /** Changes made here that the server has not acknowledged; it acknowledges only what is durable (DO1). */
  readonly unsavedChanges: number;
  /** Whether everything that was made here is durable. */
  readonly saved: boolean;
  /** Whether what is changed here outlives the page, because this device keeps a copy. */
  readonly keptHere: boolean;
  /** Who has asked to present and has no answer; for the host. */
  readonly presenterRequests: readonly string[];
  /** Whether I have asked to present and have no answer. */
  readonly askedToPresent: boolean;
  /** Whether I follow the presenter. */
  readonly following: boolean;
  readonly view: PresenterView | null;
  /** The list at its revision. */
  readonly roster: Roster | null;
}

export const initialState: DiagramState = {
  status: { kind: 'connecting' },
  person: null,
  session: null,
  participants: [],
  me: null,
  host: null,
  presenter: null,
  permissions: null,
  unsavedChanges: 0,
  saved: true,
  keptHere: false,
  presenterRequests: [],
  askedToPresent: false,
  following: false,
  view: null,
  roster: null,
};

/** The state with another list, and with everything that follows from it. */
export function withRoster(state: DiagramState, roster: Roster | null): DiagramState {
  if (roster === null || roster === state.roster) return state;
  const { participants, host, presenter } = roster;
  const email = state.person?.email;
  const me = participants.find(({ user_id }) => user_id === email) ?? null;
  const here = (user: string) => participants.some(({ user_id }) => user_id === user);
  /** Somebody else who is the host, or is so in another session, was not asked. */
  const isSameHost = host === state.host && roster.session_id === state.roster?.session_id;
  return {
    ...state,
    roster,
    participants,
    host,
    presenter,
    me,
    permissions: me?.permissions ?? state.permissions,
    presenterRequests:
      isSameHost && host === email ? state.presenterRequests.filter((user) => here(user) && user !== presenter) : [],
    askedToPresent: isSameHost && state.askedToPresent && presenter !== email,
    view: state.view?.user_id === presenter ? state.view : null,
  };
}

/** The state after a message; the same one if it changes nothing. */
export function hear(state: DiagramState, message: SessionMessage): DiagramState {
  switch (message.type) {
    case 'participants_update':
      return withRoster(state, told(state.roster, rosterIn(message)));
    case 'permission_changed':
      return { ...state, permissions: message.permissions };
    case 'presenter_request_event':
      return {
        ...state,
        presenterRequests: [...state.presenterRequests.filter((user) => user !== message.user_id), message.user_id],
      };
    case 'presenter_denied_event':
      return { ...state, askedToPresent: false };
    case 'presenter_view': {
      const { type: _, timestamp: _at, session_id: _session, ...view } = message;
      const before = state.view?.user_id === view.user_id ? state.view : null;
      return { ...state, view: { ...before, ...view } };
    }
    case 'error':
      return message.request_type === 'presenter_request' ? { ...state, askedToPresent: false } : state;
    default:
      return state;
  }
}
