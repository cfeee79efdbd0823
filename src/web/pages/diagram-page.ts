/** The page of a diagram: opens its room, shows it while it lasts, and an ending in its place when it is over. */
import { Problem, type Api } from '../api.ts';
import { element } from '../elements.ts';
import type { Identity } from '../identity.ts';
import type { Page } from '../page.ts';
import { endingOfRefusal, type Ending } from '../room/ending.ts';
import { openRoom, type Room } from '../room/room.ts';
import { nameIn, type Roster } from '../room/roster.ts';
import type { Me } from '../wire.ts';
import { endingPage } from './ending-page.ts';
import { roomDesk } from './room-desk.ts';
import { signInAgain } from './sign-in-again.ts';

export interface DiagramPageOptions {
  api: Api;
  identity: Identity;
  me: Me;
  threatModel: string;
  diagram: string;
  home: () => void;
  /** Shows this diagram from the start again, as it is saved. */
  openAnew: () => void;
  signOut: () => void;
  titled: (title: string) => void;
}

export function diagramPage(options: DiagramPageOptions): Page {
  const { api, identity, me } = options;
  const waiting = element('main', { class: 'ending' }, element('h1', { tabindex: -1 }, 'Opening the diagram'));
  const page = element('div', { class: 'diagram' }, waiting);
  let room: Room | null = null;
  let desk: ReturnType<typeof roomDesk> | null = null;
  let over: { ending: Ending; stop: () => void; element: HTMLElement } | null = null;
  let closed = false;

  async function open(): Promise<void> {
    try {
      const { threatModel, diagram } = options;
      const opened = await openRoom({ api, token: identity.token, me: me.email, threatModel, diagram });
      if (closed) return opened.leave();
      room = opened;
      options.titled(opened.view().session.diagram_name);
      desk = roomDesk({ room: opened, me: me.email, leave: options.home, openAnew: options.openAnew });
      waiting.remove();
      page.append(desk.element);
      opened.watch(({ ending }) => showEnding(ending));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (!closed) showEnding(endingOfRefusal(error));
    }
  }

  function showEnding(ending: Ending | null): void {
    if (ending === (over?.ending ?? null)) return;
    over?.stop();
    over?.element.remove();
    over = null;
    waiting.hidden = ending !== null;
    if (desk !== null) desk.element.hidden = ending !== null;
    if (ending === null) return;
    const roster = room?.view().roster ?? null;
    const again = room === null ? open : room.reopen;
    const shown = endingPage(
      {
        ending,
        host: hostOf(roster, me.email),
        at: new Date(),
        witnessed: room !== null,
        unsaved: {
          count: room?.unsaved.count() ?? 0,
          text: () => JSON.stringify(room?.unsaved.cells() ?? [], null, 2),
        },
      },
      {
        startAgain: () => void again(),
        openAnew: options.openAnew,
        tryNow: () => (room === null ? void open() : room.retry()),
        home: options.home,
        signInAsSomebodyElse: options.signOut,
        signInAgain: () => signInAgain({ api, identity, done: () => void again() }),
      },
    );
    over = { ending, ...shown };
    page.append(shown.element);
    shown.element.querySelector('h1')?.focus();
  }

  void open();
  return {
    title: 'Diagram',
    element: page,
    mayLeave: () => over !== null || desk === null || desk.mayLeave(),
    close() {
      closed = true;
      over?.stop();
      room?.leave();
    },
  };
}

/** What to call the host at the beginning of a sentence. */
function hostOf(roster: Roster | null, me: string): string {
  if (roster === null || roster.host === null) return 'The host';
  return roster.host === me ? 'You' : nameIn(roster, roster.host);
}
