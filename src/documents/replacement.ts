/**
 * The edit that makes a document's content equal to something else, and what it becomes when others were faster. To
 * build it takes long where the document is large; so the document is kept, with the edit in it, and what came since is
 * applied on top: then only the cells that it touched are compared once more, and what differs again is added.
 *
 * An edit holds only at the head that it was built for. If somebody wrote under the same client id in between, or the
 * log was compacted, it is built anew.
 */
import * as Y from 'yjs';
import { collectedAfter } from './collecting.ts';
import { cellsMap, alignCells, type StoredCell } from './diagram.ts';
import { heldBy, isTooMuch } from './holding.ts';
import type { LogPart, Stored } from './log-part.ts';
import { replay } from './replaying.ts';
import { bytesOf, splitUpdates } from './row.ts';
import { inRows, sliced } from './slicing.ts';
import { decodeState } from './update.ts';

export interface Replacement {
  /** What goes into the log, none if nothing differs. */
  readonly rows: Uint8Array[];
  /** Where the document ends for the client without it, and with it. */
  readonly start: number;
  readonly end: number;
  /** Bytes of the document with the edit in it as it was built, and of what came since; infinite if it holds too much. */
  readonly size: number;
  /**
   * The same edit at a later head.
   * @param part of the same log, from its beginning; @returns whether that was possible; @throws Unreadable
   */
  catchUp(part: LogPart): boolean;
}

/**
 * @param wanted what the cells are to be
 * @param client the client id that the edit is written under
 * @throws Unreadable
 */
export function replacementOf(part: LogPart, wanted: readonly StoredCell[], client: number): Replacement {
  const cells = new Map(wanted.map((cell) => [cell.id, cell]));
  const document = new Y.Doc();
  const own = Symbol('own edit');
  /** In slices. */
  const edits: Uint8Array[] = [];
  let head = replay(document, part);
  const start = Y.getState(document.store, client);
  document.clientID = client;
  document.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === own) edits.push(...sliced(decodeState(update)));
  });
  const map = cellsMap(document);
  collectedAfter(document, () => alignCells(document, cells, new Set([...map.keys(), ...cells.keys()]), own));
  let size = isTooMuch(heldBy(document)) ? Infinity : Y.encodeStateAsUpdate(document).byteLength;

  const touched = new Set<string>();
  map.observeDeep((events) => {
    for (const event of events) {
      if (event.target !== map) touched.add(String(event.path[0]));
      else for (const key of event.changes.keys.keys()) touched.add(key);
    }
  });

  return {
    get rows() {
      return inRows(edits);
    },
    start,
    get end() {
      return Y.getState(document.store, client);
    },
    get size() {
      return size;
    },
    catchUp(later) {
      const rows = later.rows.filter(({ seq }) => seq > head);
      if (rows.length !== later.head - head || rows.some((row) => isWrittenBy(client, row))) return false;
      touched.clear();
      head = replay(document, { head: later.head, snapshot: null, rows });
      alignCells(document, cells, [...touched], own);
      size += bytesOf(rows.map(({ bytes }) => bytes));
      return true;
    },
  };
}

function isWrittenBy(client: number, { bytes }: Stored): boolean {
  return splitUpdates(bytes).some((update) => Y.parseUpdateMeta(update).to.has(client));
}
