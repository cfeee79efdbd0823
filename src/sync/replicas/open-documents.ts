/**
 * The documents that are open on this node, as the poll looks after them. A head that differs is read (and if it is
 * lower, the database was set back: the replica finds that out); an access epoch that differs means that people must be
 * decided anew, also those who wait for a document that is still being loaded (AC3).
 *
 * Where people edit, the poll often finds rows that are on their way: those of a flush whose answer has not come, and those
 * that another node is just telling of. They are given a moment to arrive. To read them all would be work for nothing,
 * for which the next flush would wait.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { epochOfAll } from '../../access/standing.ts';
import type { PollPart } from '../../cluster/poll.ts';
import type { AdmissionDesk } from '../admission.ts';
import type { Directory } from '../directory.ts';
import type { Replicas } from './replicas.ts';

export interface OpenDocuments {
  replicas: Pick<Replicas, 'all' | 'ofDiagram'>;
  directory: Pick<Directory, 'of'>;
  admission: Pick<AdmissionDesk, 'redecide'>;
  lease: { held(): boolean };
}

/** How long rows may be on their way, ms. With the poll's own interval it must stay within a second (DO3). */
const UNDER_WAY = 100;

/** A diagram that is gone has no head, nor has this node one of a document that it is loading. */
const query = (first: number) => `
  select known.id::text as key,
    concat_ws(' ',
      case when diagram.head > known.head then 'head ' || diagram.head when diagram.head is distinct from known.head then 'head' end,
      case when diagram.access_epoch <> known.epoch then 'epoch' end) as what
  from unnest($${first}::uuid[], $${first + 1}::bigint[], $${first + 2}::bigint[]) as known (id, head, epoch)
  left join diagram on diagram.id = known.id
  where diagram.head is distinct from known.head or diagram.access_epoch <> known.epoch`;

export function openDocuments({ replicas, directory, admission, lease }: OpenDocuments): PollPart {
  /** The access epoch that those who are connected were decided under; null: nobody is. */
  const epochOf = (diagram: string): number | null => {
    const epochs = directory.of(`diagram:${diagram}`).flatMap(({ state }) => {
      if ((state.kind !== 'joined' && state.kind !== 'open') || state.admission.kind !== 'diagram') return [];
      return [state.admission.epoch];
    });
    return epochs.length === 0 ? null : epochOfAll(epochs);
  };
  /** Diagrams whose people are being decided anew: the poll finds them again and again until that is done. */
  const deciding = new Set<string>();
  const redecide = (diagram: string): void => {
    if (deciding.has(diagram)) return;
    deciding.add(diagram);
    void admission.redecide(diagram).finally(() => deciding.delete(diagram));
  };
  return {
    known() {
      const open = [...replicas.all()].flatMap(({ diagram, have }) => {
        const epoch = epochOf(diagram);
        return epoch === null ? [] : [{ diagram, head: have(), epoch }];
      });
      if (open.length === 0) return null;
      return [open.map(({ diagram }) => diagram), open.map(({ head }) => head), open.map(({ epoch }) => epoch)];
    },
    query,
    async differ(differences) {
      const ahead = new Map<string, number>();
      for (const { key, what } of differences) {
        if (what.includes('epoch')) redecide(key);
        const [differs, head] = /head ?(\d*)/.exec(what) ?? [];
        if (head) ahead.set(key, Number(head));
        else if (differs) for (const replica of replicas.ofDiagram(key)) void replica.catchUp();
      }
      if (ahead.size === 0) return;
      await pause(UNDER_WAY);
      if (!lease.held()) return; // NO1
      for (const [diagram, head] of ahead)
        for (const replica of replicas.ofDiagram(diagram)) if ((replica.have() ?? 0) < head) void replica.catchUp();
    },
  };
}
