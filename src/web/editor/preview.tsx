/** The canvas of content that nobody edits, such as a version. */
import type { StoredCell } from '../../client/index.ts';

export function Preview({ cells }: { cells: readonly StoredCell[] }) {
  return <pre>{JSON.stringify(cells, null, 2)}</pre>;
}
