/**
 * The document on the canvas, and what only this page knows of it: what is selected, what is in hand, what glides.
 *
 * One observer reads the cells that a transaction touched. What was done here is shown at once; what comes from others
 * is shown with the next frame, and a node that they moved glides there. A node that is in hand stays with the hand
 * until it is let go, whatever others do to it.
 */
import type * as Y from 'yjs';
import { getCell, type Cells } from '../../../client/index.ts';
import { Step } from '../document/history.ts';
import { isEdge, readCell, rectOf, type Cell } from '../model/cell.ts';
import type { Rect } from '../model/geometry.ts';
import { createValue } from '../value.ts';
import type { Describe, FlowEdge, FlowNode } from './flow.ts';
import { glide, prefersStill } from './glide.ts';
import { createPicture } from './picture.ts';

export interface Drawing {
  readonly cells: ReadonlyMap<string, Cell>;
  readonly selection: ReadonlySet<string>;
  /** The same value until something on the canvas changes. */
  readonly drawn: { nodes: FlowNode[]; edges: FlowEdge[] };
  rect(id: string): Rect | null;
  select(ids: Iterable<string>): void;
  /** Whether the hand is a finger, which drags only what is selected. */
  touch(on: boolean): void;
  /** Says of every cell what it is, also of those that come. */
  describe(next: Describe): void;
  /** Takes nodes in hand and shows them there. */
  hold(rects: ReadonlyMap<string, Rect>): void;
  /** Lets go: they are shown where the document has them. */
  release(): void;
  subscribe(listener: () => void): () => void;
  /** Begins to read. @returns what ends it */
  start(): () => void;
}

export function openDrawing(cells: Cells): Drawing {
  const picture = createPicture(() => '');
  const gliding = new Map<string, Rect>();
  const held = new Set<string>();
  const drawn = createValue(picture.drawn());
  let frame: number | null = null;
  let lastFrame = 0;

  const tell = () => drawn.set(picture.drawn());

  function onFrame(now: number): void {
    const since = Math.min(100, now - lastFrame);
    lastFrame = now;
    for (const [id, place] of gliding) {
      const cell = picture.cells.get(id);
      if (!cell || isEdge(cell)) {
        gliding.delete(id);
        continue;
      }
      const aim = rectOf(cell);
      const next = { ...aim, ...glide(place, aim, since) };
      const there = next.x === aim.x && next.y === aim.y;
      if (there) gliding.delete(id);
      else gliding.set(id, next);
      picture.show(id, there ? null : next);
    }
    frame = gliding.size > 0 ? requestAnimationFrame(onFrame) : null;
    tell();
  }

  function soon(): void {
    if (frame !== null) return;
    lastFrame = performance.now();
    frame = requestAnimationFrame(onFrame);
  }

  function read(ids: Iterable<string>, byOthers: boolean): void {
    const changed = Array.from(ids, (id) => {
      const stored = getCell(cells, id);
      return { id, cell: stored && readCell(stored), before: picture.rect(id) };
    });
    picture.put(changed.map(({ id, cell }) => [id, cell]));
    for (const { id, cell, before } of changed) {
      if (!byOthers || !before || !cell || isEdge(cell) || held.has(id) || prefersStill()) continue;
      if (before.x === cell.x && before.y === cell.y) continue;
      const from = { ...rectOf(cell), x: before.x, y: before.y };
      gliding.set(id, from);
      picture.show(id, from);
    }
  }

  function observe(events: Y.YEvent<Y.AbstractType<unknown>>[], { origin }: Y.Transaction): void {
    const touched = new Set<string>();
    for (const { path, changes } of events) {
      if (path.length > 0) touched.add(String(path[0]));
      else for (const id of changes.keys.keys()) touched.add(id);
    }
    const here = origin instanceof Step;
    read(touched, !here);
    if (here) tell();
    else soon();
  }

  return {
    cells: picture.cells,
    get selection() {
      return picture.selection;
    },
    get drawn() {
      return drawn.get();
    },
    rect: picture.rect,
    select(ids) {
      picture.select(ids);
      tell();
    },
    touch(on) {
      picture.touch(on);
      tell();
    },
    describe(next) {
      picture.describe(next);
      tell();
    },
    hold(rects) {
      for (const [id, rect] of rects) {
        held.add(id);
        gliding.delete(id);
        picture.show(id, rect);
      }
      tell();
    },
    release() {
      for (const id of held) picture.show(id, null);
      held.clear();
      tell();
    },
    subscribe: drawn.subscribe,
    start() {
      read(new Set([...picture.cells.keys(), ...cells.keys()]), false);
      cells.observeDeep(observe);
      tell();
      return () => {
        cells.unobserveDeep(observe);
        if (frame !== null) cancelAnimationFrame(frame);
        frame = null;
        gliding.clear();
      };
    },
  };
}
