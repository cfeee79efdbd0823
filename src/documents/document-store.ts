/**
 * The documents as the rest of the program uses them without opening one: content at the head of the log, and edits
 * that arrive by REST. Whether somebody may read is for the caller to decide; whether they may write is decided here,
 * under the lock that the edit is inserted under.
 *
 * Of large documents a few are read at a time, of one diagram one: each takes memory until its work is done.
 */
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import type { SqlExecutor } from '../database/database.ts';
import { Refusal } from '../refusal.ts';
import { createGatedTurns } from '../waiting/gate.ts';
import { bindClients, MOST_NEW_CLIENTS } from './client-binding.ts';
import { readContent, type Content, type ContentForm } from './content.ts';
import type { StoredCell } from './diagram.ts';
import type { Unreadable } from './log-part.ts';
import { createOwnClients } from './own-clients.ts';
import type { CommittedRow } from './row.ts';
import { LARGE } from './pieces.ts';
import { sizesOf } from './snapshots.ts';
import { MalformedUpdate } from './update.ts';
import type { Workshop } from './workshop.ts';
import { write, type Audited, type Edit } from './writing.ts';

export interface DocumentStore {
  /** The content at the head; null if there is no such diagram. @throws Refusal `unavailable` (DO5) */
  content(diagram: string, form: ContentForm): Promise<Content | null>;
  /**
   * `POST updates`: stores a Yjs update.
   * @throws Refusal `invalid` (not an update, with a gap, or under somebody else's client id), `payload_too_large`, and
   * those of `replace`
   */
  submit(diagram: string, person: string, update: Uint8Array, audit?: Audited): Promise<{ head: number }>;
  /** Whether a body of `PUT content`, JSON in UTF-8, or of `POST updates`, is one by itself. @throws Refusal `invalid`, `payload_too_large` */
  check(sent: { body: Uint8Array } | { update: Uint8Array }): Promise<void>;
  /**
   * `PUT content`, and a restored version (DO6): one edit that makes the content equal to something else.
   * @param wanted cells, the state of a version, or a body that was checked
   * @param ifMatch the head that the author has seen, or null
   * @throws Refusal `not_found`, `forbidden`, `precondition_failed`, `payload_too_large`, `unavailable` (DO5)
   */
  replace(
    diagram: string,
    person: string,
    wanted: readonly StoredCell[] | { state: Uint8Array } | { body: Uint8Array },
    ifMatch: number | null,
    audit?: Audited,
  ): Promise<{ head: number }>;
}

export interface DocumentStoreDependencies {
  executor: SqlExecutor;
  workshop: Pick<Workshop, 'run'>;
  /** Told of every row written here, after its commit. */
  committed(row: CommittedRow): void;
  maxDocumentBytes: number;
  logger: Logger;
}

/** How many large documents are read at a time. */
const AT_A_TIME = 3;
/** Past this clock a client id may be left with too few for an edit: it was said to have been used so far by an update. */
const USED_UP = 2 ** 52;

export function createDocumentStore(dependencies: DocumentStoreDependencies): DocumentStore {
  const { executor, workshop, maxDocumentBytes, logger } = dependencies;
  const report = (diagram: string, fault: Unreadable) =>
    logger.error({ err: fault, diagram }, 'a stored document cannot be read');

  const ownClients = createOwnClients();
  const turns = createGatedTurns(AT_A_TIME);
  const inTurn = async <T>(diagram: string, work: () => Promise<T>): Promise<T> => {
    const { snapshot, bytes } = await sizesOf(executor, diagram);
    return snapshot + bytes < LARGE ? work() : turns(diagram, work);
  };

  const claim = async (asking: SqlExecutor, diagram: string, person: string, clients: Iterable<number>) => {
    const owners = await bindClients(asking, diagram, person, clients);
    if (!owners) throw new Refusal('not_found');
    return [...owners.values()].every((owner) => owner === person);
  };

  return {
    content: (diagram, form) => inTurn(diagram, () => readContent({ executor, workshop, report }, diagram, form)),

    async submit(diagram, person, update, audit = null) {
      if (update.byteLength > maxDocumentBytes) throw new Refusal('payload_too_large');
      const edit: Edit = {
        diagram,
        person,
        ifMatch: null,
        holdsLater: true,
        audit,
        async build(part, asking) {
          const submission = await refusingNoise(workshop.run('submission', part, update, maxDocumentBytes));
          if (submission.kind === 'nothing') return [];
          if (submission.kind === 'too large') throw new Refusal('payload_too_large');
          if (submission.kind !== 'edit') throw new Refusal('invalid', { reason: submission.kind });
          const { clients } = submission;
          if (clients.length > MOST_NEW_CLIENTS || !(await claim(asking, diagram, person, clients)))
            throw new Refusal('invalid', { reason: 'client' });
          return submission.rows;
        },
      };
      return inTurn(diagram, () => write({ ...dependencies, report }, edit));
    },

    async check(sent) {
      if ('update' in sent) return void (await refusingNoise(workshop.run('read', sent.update)));
      const faults = await workshop.run('faultsOfBody', sent.body);
      if (faults === 'too large') throw new Refusal('payload_too_large');
      if (faults) throw new Refusal('invalid', faults);
    },

    async replace(diagram, person, wanted, ifMatch, audit = null) {
      const [form, bytes] = formOf(wanted);
      let client = ownClients.of(diagram, person);
      /** Where the document ends for the client with the edit; 0: there is nothing to do. */
      let end = 0;
      const id = uuidv7();
      let begun = false;
      const renew = () => {
        client = ownClients.renewed(diagram, person);
        begun = false;
      };
      const edit: Edit = {
        diagram,
        person,
        ifMatch,
        holdsLater: false,
        audit,
        async build(part, asking) {
          while (!(await claim(asking, diagram, person, [client.id]))) renew();
          const replacement =
            (begun && (await workshop.run('caughtUp', id, part, maxDocumentBytes))) ||
            (await workshop.run('replacement', id, part, form, bytes, client.id, maxDocumentBytes));
          begun = true;
          if (replacement.kind === 'too large') throw new Refusal('payload_too_large');
          end = 0;
          if (replacement.kind !== 'edit') return [];
          if (replacement.start < client.end || replacement.start > USED_UP) {
            renew();
            return edit.build(part, asking);
          }
          end = replacement.end;
          return replacement.rows;
        },
      };
      try {
        return await inTurn(diagram, () => write({ ...dependencies, report }, edit));
      } catch (error) {
        if (error instanceof Refusal) end = 0; // it is not committed; after another fault it may be
        throw error;
      } finally {
        client.end = Math.max(client.end, end);
      }
    },
  };
}

function formOf(wanted: Parameters<DocumentStore['replace']>[2]): ['state' | 'body', Uint8Array] {
  if ('state' in wanted) return ['state', wanted.state];
  return ['body', 'body' in wanted ? wanted.body : Buffer.from(JSON.stringify({ cells: wanted }))];
}

async function refusingNoise<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof MalformedUpdate) throw new Refusal('invalid', { reason: 'update' });
    throw error;
  }
}
