/**
 * One gesture that moves or resizes nodes. The nodes follow the hand at once; the document follows at most once a frame
 * of the others, and at the end, all as one step. Whatever is in a boundary that moves goes along; where nodes come to
 * rest decides which boundary they are in. A gesture that is abandoned leaves what was written and writes no more; one
 * whose nodes are all gone is at its end: of a finger that lifts from what is gone nobody hears.
 *
 * Only what the hand changes is written: who moves a node leaves its size to somebody who resizes it meanwhile, and who
 * resizes it from one side leaves its place to somebody who moves it.
 */
import type { Cells } from '../../../client/index.ts';
import type { Drawing } from '../canvas/drawing.ts';
import { placeNodes, settle } from '../document/edits.ts';
import { Step } from '../document/history.ts';
import type { Point, Rect } from '../model/geometry.ts';
import { childrenOf, insideOf } from '../model/parents.ts';

/** How often the others see it move, ms; they see it glide between. */
const WRITE_EVERY = 33;

export interface Moving {
  readonly active: boolean;
  /** @param along whether what is in them goes along: when they are moved, not when they are resized */
  begin(ids: readonly string[], along: boolean): void;
  to(rects: ReadonlyMap<string, Point | Rect>): void;
  end(): void;
  abandon(): void;
}

const members = ['x', 'y', 'width', 'height'] as const;

interface Gesture {
  step: Step;
  /** Whether places are changed, or places and sizes. */
  moves: boolean;
  /** Who goes along with whom. */
  followers: Map<string, string>;
  starts: Map<string, Rect>;
  /** What the document does not have yet. */
  waiting: Map<string, Partial<Rect>>;
  /** What the hand has changed, and of which node. */
  touched: Map<string, Set<keyof Rect>>;
  writtenAt: number;
  timer: ReturnType<typeof setTimeout> | null;
  /** Hears no more of what goes. */
  unhear(): void;
}

export function createMoving(cells: Cells, drawing: Drawing): Moving {
  let gesture: Gesture | null = null;

  function write(): void {
    if (gesture === null) return;
    if (gesture.timer !== null) clearTimeout(gesture.timer);
    gesture.timer = null;
    gesture.writtenAt = performance.now();
    const { waiting } = gesture;
    gesture.waiting = new Map();
    if (waiting.size > 0) placeNodes(cells, waiting, gesture.step);
  }

  function letGo(): Gesture | null {
    const ended = gesture;
    if (ended?.timer != null) clearTimeout(ended.timer);
    ended?.unhear();
    gesture = null;
    return ended;
  }

  function end(): void {
    gesture?.unhear();
    write();
    const ended = letGo();
    drawing.release();
    if (ended && ended.touched.size > 0) settle(cells, ended.touched.keys(), ended.step);
  }

  /** Of where a node is now, what the hand has changed since it took it. */
  function changeOf({ moves, starts, touched }: Gesture, id: string, rect: Rect): Partial<Rect> {
    const changed = touched.get(id) ?? new Set<keyof Rect>(moves ? ['x', 'y'] : []);
    touched.set(id, changed);
    if (!moves) for (const member of members) if (rect[member] !== starts.get(id)?.[member]) changed.add(member);
    return Object.fromEntries([...changed].map((member) => [member, rect[member]]));
  }

  return {
    get active() {
      return gesture !== null;
    },
    begin(ids, along) {
      letGo();
      const followers = new Map<string, string>();
      if (along) {
        const children = childrenOf(drawing.cells);
        const leaders = new Set(ids);
        for (const leader of leaders) {
          for (const id of insideOf(children, [leader])) if (!leaders.has(id)) followers.set(id, leader);
        }
      }
      const starts = new Map<string, Rect>();
      for (const id of [...ids, ...followers.keys()]) {
        const rect = drawing.rect(id);
        if (rect) starts.set(id, rect);
      }
      gesture = {
        step: new Step(),
        moves: along,
        followers,
        starts,
        waiting: new Map(),
        touched: new Map(),
        writtenAt: 0,
        timer: null,
        unhear: drawing.subscribe(() => {
          if (ids.every((id) => !drawing.cells.has(id))) end();
        }),
      };
    },
    to(rects) {
      if (gesture === null) return;
      const { starts, followers, waiting } = gesture;
      const moved = new Map<string, Rect>();
      for (const [id, rect] of rects) {
        const start = drawing.rect(id);
        if (start && starts.has(id)) moved.set(id, { ...start, ...rect });
      }
      for (const [id, leader] of followers) {
        const [start, from, at] = [starts.get(id), starts.get(leader), moved.get(leader)];
        if (!start || !from || !at || !drawing.cells.has(id)) continue;
        moved.set(id, { ...start, x: start.x + at.x - from.x, y: start.y + at.y - from.y });
      }
      for (const [id, rect] of moved) waiting.set(id, changeOf(gesture, id, rect));
      drawing.hold(moved);
      const wait = gesture.writtenAt + WRITE_EVERY - performance.now();
      if (wait <= 0) write();
      else gesture.timer ??= setTimeout(write, wait);
    },
    end,
    abandon() {
      if (letGo()) drawing.release();
    },
  };
}
