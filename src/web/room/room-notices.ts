/** What is said once about a session: requests to present and their answers, and what became of my own roles. */
import type { Notices } from '../notices.ts';
import type { ServerMessage } from '../wire.ts';
import type { Room, RoomView } from './room.ts';
import { nameIn } from './roster.ts';

/** @param turnedReader called when I may no longer edit */
export function roomNotices(room: Room, notices: Notices, me: string, turnedReader: () => void): void {
  let before = room.view().roster;

  room.watch(({ roster, ending }: RoomView) => {
    if (ending !== null) notices.clear();
    if (roster === before) return;
    const { host, presenter, permissions } = before;
    before = roster;
    if (host !== roster.host && roster.host === me) notices.show('host', 'You are the host now.');
    if (presenter !== roster.presenter && roster.presenter === me && roster.host !== me)
      notices.show('presenter', 'You are presenting now.');
    if (permissions !== roster.permissions && permissions !== null) {
      if (roster.permissions === 'reader') turnedReader();
      else notices.show('permissions', 'You can edit this diagram now.');
    }
    if (roster.presenter !== null) notices.drop(`ask ${roster.presenter}`);
  });

  room.listen((message: ServerMessage) => {
    const { roster } = room.view();
    switch (message.type) {
      case 'presenter_request_event': {
        const { user_id } = message;
        notices.show(`ask ${user_id}`, `${nameIn(roster, user_id)} asks to present.`, [
          { label: 'Give', run: () => room.say({ type: 'change_presenter', user_id }) },
          { label: 'Not now', run: () => room.say({ type: 'presenter_denied', user_id }) },
        ]);
        return;
      }
      case 'presenter_denied_event':
        return notices.show('presenter', `${nameIn(roster, roster.host ?? 'The host')} says: not now.`);
      case 'leave':
        return notices.drop(`ask ${message.user_id}`);
      case 'error':
        return notices.show('error', message.message);
      default:
    }
  });
}
