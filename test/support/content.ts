/** The content of a diagram as REST would serve it. */
import * as Y from 'yjs';
import type { DocumentStore } from '../../src/documents/document-store.ts';
import { alignCells, cellsMap, type StoredCell } from '../../src/documents/diagram.ts';

type Store = Pick<DocumentStore, 'content'>;

/** @throws Refusal `unavailable` */
export async function contentOf(
  store: Store,
  diagram: string,
): Promise<{ head: number; current: boolean; cells: StoredCell[] }> {
  const { head, current, bytes } = (await store.content(diagram, 'cells'))!;
  return { head, current, cells: JSON.parse(Buffer.from(bytes).toString()) as StoredCell[] };
}

export const cellsOf = async (store: Store, diagram: string) => (await contentOf(store, diagram)).cells;
export const headOf = async (store: Store, diagram: string) => (await contentOf(store, diagram)).head;

export async function documentOf(store: Store, diagram: string): Promise<Y.Doc> {
  const document = new Y.Doc();
  Y.applyUpdate(document, (await store.content(diagram, 'state'))!.bytes);
  return document;
}

/** Makes the content equal to a list. */
export function replaceCells(document: Y.Doc, cells: readonly StoredCell[]): void {
  const wanted = new Map(cells.map((cell) => [cell.id, cell]));
  alignCells(document, wanted, new Set([...cellsMap(document).keys(), ...wanted.keys()]), null);
}
