/**
 * The documents as the rest of the program uses them without opening one: content at the head of the log, and edits
 * that arrive by REST. Whether somebody may read is for the caller to decide; whether they may write is decided here,
 * under the lock that the edit is inserted under.
 */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import * as Y from 'yjs';
import type { SqlExecutor } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { advance } from './causality.ts';
import { bindClients } from './client-binding.ts';
import { readContent, type Content } from './content.ts';
import { replaceCells, type StoredCell } from './diagram.ts';
import type { Unreadable } from './reading.ts';
import type { CommittedRow } from './row.ts';
import { bringsNothing, decodeUpdate, MalformedUpdate, newClients, stateOf, type DecodedUpdate } from './update.ts';
import { write, type Edit } from './writing.ts';

export interface DocumentStore {
  /** The content at the head; null if there is no such diagram. @throws Refusal `unavailable` (DO5) */
  content(diagram: string): Promise<Content | null>;
  /**
   * `POST updates`: stores a Yjs update.
   * @throws Refusal `invalid` (not an update, with a gap, or under somebody else's client id), `payload_too_large`, and
   * those of `replace`
   */
  submit(diagram: string, person: string, update: Uint8Array): Promise<{ head: number }>;
  /**
   * `PUT content`, and a restored version (DO6): one edit that makes the content equal to a list.
   * @param ifMatch the head that the author has seen, or null
   * @throws Refusal `not_found`, `forbidden`, `precondition_failed`, `payload_too_large`, `unavailable` (DO5)
   */
  replace(
    diagram: string,
    person: string,
    cells: readonly StoredCell[],
    ifMatch: number | null,
  ): Promise<{ head: number }>;
}

export interface DocumentStoreDependencies {
  executor: SqlExecutor;
  newId(): string;
  /** Told of every row written here, after its commit. */
  committed(row: CommittedRow): void;
  maxDocumentBytes: number;
  logger: Logger;
}

export function createDocumentStore(dependencies: DocumentStoreDependencies): DocumentStore {
  const { executor, maxDocumentBytes, logger } = dependencies;
  const report = (diagram: string, fault: Unreadable) =>
    logger.error({ err: fault, diagram }, 'a stored document cannot be read');

  const claim = async (diagram: string, person: string, clients: Iterable<number>) => {
    const owners = await bindClients(executor, diagram, person, clients);
    if (!owners) throw new Refusal('not_found');
    return [...owners.values()].every((owner) => owner === person);
  };

  const bounded = (document: Y.Doc, update: Uint8Array) => {
    const size = Y.encodeStateAsUpdate(document).byteLength + update.byteLength;
    if (size > maxDocumentBytes) throw new Refusal('payload_too_large');
    return update;
  };

  return {
    content: (diagram) => readContent(executor, diagram, report),

    async submit(diagram, person, update) {
      if (update.byteLength > maxDocumentBytes) throw new Refusal('payload_too_large');
      const decoded = decodedOrRefused(update);
      const edit: Edit = {
        diagram,
        person,
        ifMatch: null,
        async prepare(document) {
          const clients = newClients(decoded, stateOf(document));
          if (!(await claim(diagram, person, clients))) throw new Refusal('invalid', { reason: 'client' });
        },
        build(document) {
          if (bringsNothing(document, decoded)) return null;
          if (!advance(decoded, stateOf(document))) throw new Refusal('invalid', { reason: 'gap' });
          return bounded(document, update);
        },
      };
      return write({ ...dependencies, report }, edit);
    },

    async replace(diagram, person, cells, ifMatch) {
      let client = clientOf(diagram, person);
      const edit: Edit = {
        diagram,
        person,
        ifMatch,
        async prepare() {
          while (!(await claim(diagram, person, [client]))) client = new Y.Doc().clientID;
        },
        build(document) {
          const update = replacement(document, client, cells);
          return update && bounded(document, update);
        },
      };
      return write({ ...dependencies, report }, edit);
    },
  };
}

function decodedOrRefused(update: Uint8Array): DecodedUpdate {
  try {
    return decodeUpdate(update);
  } catch (error) {
    if (error instanceof MalformedUpdate) throw new Refusal('invalid', { reason: 'update' });
    throw error;
  }
}

/** The edit that makes a document's content equal to a list, written by a client; null if it is. */
function replacement(document: Y.Doc, client: number, cells: readonly StoredCell[]): Uint8Array | null {
  const draft = new Y.Doc();
  Y.applyUpdate(draft, Y.encodeStateAsUpdate(document));
  draft.clientID = client;
  let update: Uint8Array | null = null;
  draft.once('update', (made: Uint8Array) => (update = made));
  replaceCells(draft, cells);
  return update;
}

/**
 * The client id that a person's REST writes to a diagram go under: always the same, so that a diagram that a program
 * writes every minute does not gain a client, for ever, each time. It is safe because such a write is inserted only at
 * the very head that it was built on.
 */
function clientOf(diagram: string, person: string): number {
  return createHash('sha256').update(`rest ${diagram} ${person}`).digest().readUInt32BE();
}
