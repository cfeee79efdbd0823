/**
 * One gesture that moves or resizes nodes. The nodes follow the hand at once; the document follows at most once a frame
 * of the others, and at the end, all as one step. Whatever is in a boundary that moves goes along; where nodes come to
 * rest decides which boundary they are in. A gesture that is abandoned leaves what was written and writes no more.
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

interface Gesture {
  step: Step;
  /** Who goes along with whom. */
  followers: Map<string, string>;
  starts: Map<string, Rect>;
  /** What the document does not have yet. */
  waiting: Map<string, Rect>;
  touched: Set<string>;
  writtenAt: number;
  timer: ReturnType<typeof setTimeout> | null;
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
    gesture = null;
    return ended;
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
        followers,
        starts,
        waiting: new Map(),
        touched: new Set(),
        writtenAt: 0,
        timer: null,
      };
    },
    to(rects) {
      if (gesture === null) return;
      const { starts, followers, waiting, touched } = gesture;
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
      for (const [id, rect] of moved) {
        waiting.set(id, rect);
        touched.add(id);
      }
      drawing.hold(moved);
      const wait = gesture.writtenAt + WRITE_EVERY - performance.now();
      if (wait <= 0) write();
      else gesture.timer ??= setTimeout(write, wait);
    },
    end() {
      write();
      const ended = letGo();
      drawing.release();
      if (ended && ended.touched.size > 0) settle(cells, ended.touched, ended.step);
    },
    abandon() {
      if (letGo()) drawing.release();
    },
  };
}
