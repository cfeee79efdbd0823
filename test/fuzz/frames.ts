/** Frames as an attacker would write them: valid ones, ones that lie, and ones that no program of ours would ever make. */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Random } from './random.ts';

/** What an attacker knows. */
export interface Known {
  /** Names of documents and rooms, the attacked one first. */
  names: readonly string[];
  tokens: readonly string[];
  emails: readonly string[];
  /** Client ids that others use. */
  clients: readonly number[];
  /** What the attacked document holds, as far as the attacker has seen it. */
  document: Y.Doc;
}

/** @returns the bytes of a frame */
export function frame(known: Known, random: Random): Uint8Array {
  if (random.chance(0.03)) return random.bytes(1 + random.below(40));
  if (random.chance(0.02)) return new Uint8Array([random.of([9, 10, 0, 255])]);
  const address = addressOf(known, random);
  const kind = random.of(kinds);
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, address);
    kind(encoder, known, random);
  });
}

/** The frame that lets somebody in. */
export function authFrame(name: string, token: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, name);
    writeAuth(encoder, token);
  });
}

const STRANGE_NAMES = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'diagram:',
  'diagram:../x',
  'group:',
  '\0',
  'conversation:-1',
  'workspace:%00',
  '\ud83d\ude80',
];

function addressOf({ names }: Known, random: Random): string {
  if (random.chance(0.8)) return names[0]!;
  const name = random.chance(0.7) ? random.of(names) : random.of(STRANGE_NAMES);
  return random.chance(0.3) ? `${name}\0${random.of(['1', '', '\0', 'x'.repeat(600), '__proto__'])}` : name;
}

type Kind = (encoder: encoding.Encoder, known: Known, random: Random) => void;

const sync = (encoder: encoding.Encoder, detail: number, payload: Uint8Array) => {
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, detail);
  encoding.writeVarUint8Array(encoder, payload);
};

const kinds: readonly Kind[] = [
  (encoder, known, random) => sync(encoder, random.of([1, 2, 2, 2]), update(known, random)),
  (encoder, known, random) => sync(encoder, random.of([1, 2, 2, 2]), update(known, random)),
  (encoder, known, random) => sync(encoder, 0, stateVector(known, random)),
  writeAwareness,
  writeAwareness,
  writeStateless,
  writeStateless,
  (encoder, { tokens }, random) =>
    writeAuth(encoder, random.chance(0.7) ? random.of(tokens) : 'x'.repeat(random.below(9000))),
  (encoder) => encoding.writeVarUint(encoder, 3), // asks for awareness
  (encoder, _, random) => {
    encoding.writeVarUint(encoder, random.of([4, 6, 7, 8, 9, 11, 127, 2 ** 31]));
    encoding.writeVarString(encoder, 'whatever');
  },
];

function writeAuth(encoder: encoding.Encoder, token: string): void {
  encoding.writeVarUint(encoder, 2);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarString(encoder, token);
}

/** An update of the document as it is known, of another one, or of nothing; under a client id of its own or not. */
function update({ document: seen, clients }: Known, random: Random): Uint8Array {
  const document = new Y.Doc({ gc: random.chance(0.5) });
  if (random.chance(0.4)) Y.applyUpdate(document, Y.encodeStateAsUpdate(seen));
  document.clientID = random.chance(0.15) ? random.of(clients) : 1 + random.below(2 ** 31);
  const before = Y.encodeStateVector(document);
  const cells = document.getMap('cells');
  for (let edits = 1 + random.below(4); edits > 0; edits -= 1) edit(document, cells, random);
  if (random.chance(0.05)) return random.bytes(random.below(60));
  if (!random.chance(0.15)) return Y.encodeStateAsUpdate(document, before);
  edit(document, cells, random);
  const later = Y.encodeStateVector(document);
  edit(document, cells, random);
  return Y.encodeStateAsUpdate(document, later); // depends on what is never sent
}

function edit(document: Y.Doc, cells: Y.Map<unknown>, random: Random): void {
  const key = `attack ${random.below(30)}`;
  const makes: (() => unknown)[] = [
    () => random.below(1000),
    () => 'x'.repeat(random.below(300)),
    () => random.bytes(random.below(40)),
    () => new Y.Map(Object.entries({ id: key, shape: 'edge', source: { cell: 'a' } })),
    () => new Y.Text('formatted'),
    () => new Y.Array(),
    () => new Y.XmlFragment(),
    () => new Y.Doc({ guid: 'inner' }),
    () => ({ deep: [[[[{}]]]] }),
    () => null,
    () => undefined,
  ];
  const others = [
    () => cells.delete(key),
    () => document.getText('text').insert(0, 'abc', { bold: true }),
    () => document.getArray('array').push([1, {}, null]),
    () => document.getXmlFragment('xml').push([new Y.XmlElement('p')]),
    () => document.getText('text').applyDelta([{ insert: 'x' }, { delete: random.below(3) }]),
    () => [...cells.keys()].filter((known) => known.startsWith('attack')).forEach((known) => cells.delete(known)),
  ];
  if (random.chance(0.7)) cells.set(key, random.of(makes)());
  else random.of(others)();
}

function stateVector({ document }: Known, random: Random): Uint8Array {
  if (random.chance(0.5)) return Y.encodeStateVector(document);
  return encoding.encode((encoder) => {
    const count = random.below(20);
    encoding.writeVarUint(encoder, random.chance(0.9) ? count : 2 ** 40);
    for (let client = 0; client < count; client += 1) {
      encoding.writeVarUint(encoder, random.below(2 ** 31));
      encoding.writeVarUint(encoder, random.of([0, 1, 2 ** 31, 2 ** 52]));
    }
  });
}

function writeAwareness(encoder: encoding.Encoder, { clients, emails }: Known, random: Random): void {
  const states: (() => string)[] = [
    () => 'null',
    () => JSON.stringify({ cursor: random.below(99), selection: [random.below(9)], viewport: {} }),
    () => JSON.stringify({ participant: { user_id: random.of(emails), is_host: true }, user: { name: 'forged' } }),
    () => JSON.stringify({ kind: 'session', host: random.of(emails), revision: 2 ** 40, participants: [] }),
    () => `{"cursor":${'['.repeat(500)}${']'.repeat(500)}}`,
    () => `{"__proto__":{"polluted":1},"cursor":{"__proto__":{"polluted":1},"constructor":1}}`,
    () => `{"cursor":"${'x'.repeat(random.below(40_000))}"}`,
    () => random.of(['[]', '1', '""', '{', 'undefined', '{"cursor":1e999}', '{"cursor":"\\ud800"}']),
  ];
  encoding.writeVarUint(encoder, 1);
  const content = encoding.encode((inner) => {
    const entries = random.below(4);
    encoding.writeVarUint(inner, random.chance(0.95) ? entries : 2 ** 31);
    for (let entry = 0; entry < entries; entry += 1) {
      encoding.writeVarUint(inner, random.chance(0.4) ? random.of(clients) : random.below(50));
      encoding.writeVarUint(inner, random.of([0, 1, 2, random.below(1000), 2 ** 31, 2 ** 50, Number.MAX_SAFE_INTEGER]));
      encoding.writeVarString(inner, random.of(states)());
    }
  });
  encoding.writeVarUint8Array(encoder, content);
}

const TYPES = [
  'presenter_request',
  'change_presenter',
  'presenter_denied',
  'change_host',
  'remove_participant',
  'end_session',
  'presenter_view',
  'join',
  'session_ended',
  'participants_update',
  '__proto__',
  '',
];

function writeStateless(encoder: encoding.Encoder, { emails }: Known, random: Random): void {
  const values: (() => unknown)[] = [
    () => random.of(emails),
    () => random.of(emails).toUpperCase(),
    () => random.below(10),
    () => null,
    () => ({}),
    () => [],
    () => '\0',
    () => `'; drop table profile; --`,
    () => 'x'.repeat(random.below(20_000)),
  ];
  const message: Record<string, unknown> = { type: random.chance(0.9) ? random.of(TYPES) : random.of(values)() };
  if (random.chance(0.6)) message.user_id = random.of(values)();
  if (random.chance(0.2))
    message[random.of(['cursor', 'viewport', 'selected_cells', 'session_id', 'constructor'])] = random.of(values)();
  const text = JSON.stringify(message);
  encoding.writeVarUint(encoder, 5);
  encoding.writeVarString(encoder, random.chance(0.9) ? text : text.slice(0, random.below(text.length)));
}
