/** Everything that is on the page while a room is open: the top bar, the cells and the people, wired to the room. */
import { copyText } from '../copying.ts';
import { element } from '../elements.ts';
import { createNotices } from '../notices.ts';
import { cellPanel } from '../room/cell-panel.ts';
import { peoplePanel } from '../room/people-panel.ts';
import { readOnlyNote } from '../room/read-only-note.ts';
import { roomNotices } from '../room/room-notices.ts';
import type { Room } from '../room/room.ts';
import { topBar } from '../room/top-bar.ts';

/** A request to present that nobody answers may be made again after this long. */
const ASKED_MS = 30_000;

/** What was on its way when I turned into a reader is answered by then: saved, or not. */
const SETTLED_MS = 500;

/** @param me my email; @param leave goes to the home page; @param openAnew shows the diagram as it is saved */
export function roomDesk(options: { room: Room; me: string; leave: () => void; openAnew: () => void }): {
  element: HTMLElement;
  mayLeave: () => boolean;
} {
  const { room, me } = options;
  const notices = createNotices();
  let asked: ReturnType<typeof setTimeout> | null = null;
  let leaving = false;

  const alone = () => room.view().roster.participants.every(({ user_id }) => user_id === me);
  const bar = topBar({ present, leave, end, retry: room.retry });
  const cells = cellPanel(room, notices);
  const people = peoplePanel(me, room.say);
  const note = readOnlyNote(room.threatModel.owner, room.view().session.diagram_name, notices);
  const desk = element(
    'main',
    { class: 'desk' },
    element('div', { class: 'work' }, note, cells.element),
    people.element,
  );

  function show(): void {
    const view = room.view();
    const readOnly = view.roster.permissions === 'reader';
    bar.show({ view, unsaved: room.unsaved.count(), me, asked: asked !== null });
    people.show(view.roster);
    note.hidden = !readOnly;
    if (room.unsaved.count() === 0) notices.drop('unsaved');
    cells.show({ readOnly, loaded: view.loaded });
  }

  function answered(): void {
    if (asked !== null) clearTimeout(asked);
    asked = null;
    show();
  }

  function present(): void {
    if (room.view().roster.host === me) return room.say({ type: 'change_presenter', user_id: me });
    room.say({ type: 'presenter_request' });
    asked = setTimeout(answered, ASKED_MS);
    show();
  }

  function end(): void {
    const run = () => room.say({ type: 'end_session' });
    if (alone()) return run();
    notices.show('end', 'This ends the session for everybody. What was drawn stays saved.', [
      { label: 'End for everybody', run },
      { label: 'Keep going', run: () => {} },
    ]);
  }

  function leave(): void {
    if (!mayLeave()) return;
    if (room.view().roster.host !== me || alone()) return options.leave();
    notices.show('leave', 'You are the host: soon after you leave, the session ends for everybody.', [
      { label: 'Leave', run: options.leave },
      { label: 'Stay', run: () => {} },
    ]);
  }

  /** Leaving takes with it what is not saved; that needs a word first. */
  function mayLeave(): boolean {
    const count = room.unsaved.count();
    if (count === 0 || leaving) return true;
    const anyway = () => {
      leaving = true;
      options.leave();
    };
    notices.show('unsaved', `${count} ${count === 1 ? 'change is' : 'changes are'} not saved yet and would be lost.`, [
      { label: 'Stay', run: () => {} },
      { label: 'Leave anyway', run: anyway },
    ]);
    return false;
  }

  function turnedReader(): void {
    const count = room.unsaved.count();
    if (count === 0)
      return notices.show('permissions', 'You can only read this diagram now. All that you changed is saved.');
    notices.show(
      'permissions',
      `You can only read this diagram now. What was saved is saved; ${count} ${count === 1 ? 'change was' : 'changes were'} not, and kept here.`,
      [
        { label: 'Copy my unsaved changes', run: () => void copyUnsaved() },
        { label: 'Show what is saved', run: options.openAnew },
      ],
    );
  }

  async function copyUnsaved(): Promise<void> {
    const text = JSON.stringify(room.unsaved.cells(), null, 2);
    if (await copyText(text)) notices.show('permissions', 'Copied.');
    else notices.show('permissions', text, [], true);
  }

  room.watch(show); // before the notices: a label that is still being typed becomes a change that they count
  roomNotices(room, notices, me, () => setTimeout(turnedReader, SETTLED_MS));
  room.listen((message) => {
    if (message.type === 'presenter_denied_event') answered();
    if (message.type === 'participants_update' && message.presenter === me) answered();
  });

  return { element: element('div', {}, bar.element, desk, notices.element), mayLeave };
}
