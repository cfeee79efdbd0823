/** What the log of a diagram holds, read from the database past every node. */
import * as Y from 'yjs';
import type { Database } from '../../src/database/database.ts';
import { readLog } from '../../src/documents/reading.ts';
import { replay } from '../../src/documents/replaying.ts';

/** @throws Unreadable if the log is not whole */
export async function stored(database: Database, diagram: string): Promise<Y.Doc> {
  const document = new Y.Doc();
  replay(document, (await readLog(database.log, diagram, 0))!);
  return document;
}
