/**
 * The way of an edge between two rectangles, as the canvas and the exports draw it.
 *
 * An end with a port that names a side hangs there; any other end takes the side that faces where the edge goes next.
 * Without vertices the way is one curve that leaves and arrives at right angles; with vertices it runs straight from
 * one to the next with rounded corners. Edges that join the same two nodes get lanes beside each other. The head of a
 * flow is a path of its own, and the line ends under it.
 */
import type { EdgeCell } from './cell.ts';
import { atSide, centreOf, isSide, outward, type Point, type Rect, type Side } from './geometry.ts';

export interface Route {
  /** An SVG path. */
  line: string;
  /** An SVG path of the arrow head; empty for an edge without. */
  head: string;
  /** Where the label is centred. */
  middle: Point;
  source: Side;
  target: Side;
  /** Every point of the way: the ends, and the vertices between them. */
  points: readonly Point[];
}

const HEAD = { length: 10, half: 4.5 };
const CORNER = 12;
/** How far lanes are from each other. */
const LANE = 20;
const LOOP = 40;

/** @param lane 0 in the middle; one more is one lane further to the right or below, at both ends */
export function routeOf(edge: EdgeCell, source: Rect, target: Rect, lane = 0): Route {
  const vertices = edge.vertices ?? [];
  if (edge.source.cell === edge.target.cell && vertices.length === 0) return loop(edge, source, lane);
  const next = vertices[0] ? dot(vertices[0]) : target;
  const before = vertices.length > 0 ? dot(vertices.at(-1)!) : source;
  const leave = isSide(edge.source.port) ? edge.source.port : sideTowards(source, next);
  const arrive = isSide(edge.target.port) ? edge.target.port : sideTowards(target, before);
  const start = atSide(source, leave, along(lane, leave, source));
  const end = atSide(target, arrive, along(lane, arrive, target));
  const headed = edge.shape === 'flow';
  return vertices.length === 0
    ? curved(start, leave, end, arrive, headed)
    : { ...straight([start, ...vertices, end], headed), source: leave, target: arrive };
}

/** Which side of a rectangle faces another one: across the wider gap. */
function sideTowards(from: Rect, to: Rect): Side {
  const [here, there] = [centreOf(from), centreOf(to)];
  const across = { x: there.x - here.x, y: there.y - here.y };
  const gap = {
    x: Math.abs(across.x) - (from.width + to.width) / 2,
    y: Math.abs(across.y) - (from.height + to.height) / 2,
  };
  if (gap.x >= gap.y) return across.x < 0 ? 'left' : 'right';
  return across.y < 0 ? 'top' : 'bottom';
}

function dot({ x, y }: Point): Rect {
  return { x, y, width: 0, height: 0 };
}

function along(lane: number, side: Side, { width, height }: Rect): number {
  const room = (side === 'left' || side === 'right' ? height : width) / 2 - 8;
  return Math.max(-room, Math.min(room, lane * LANE));
}

function curved(start: Point, leave: Side, end: Point, arrive: Side, headed: boolean): Route {
  const tip = outward[arrive];
  const stop = headed ? { x: end.x + tip.x * HEAD.length, y: end.y + tip.y * HEAD.length } : end;
  const one = control(start, leave, stop);
  const other = control(stop, arrive, start);
  return {
    line: `M${at(start)} C${at(one)} ${at(other)} ${at(stop)}`,
    head: headed ? headAt(end, tip) : '',
    middle: {
      x: (start.x + 3 * one.x + 3 * other.x + stop.x) / 8,
      y: (start.y + 3 * one.y + 3 * other.y + stop.y) / 8,
    },
    source: leave,
    target: arrive,
    points: [start, end],
  };
}

/** Half way to the other end; where the curve has to turn back first, as far as looks round. */
function control(from: Point, side: Side, to: Point): Point {
  const out = outward[side];
  const ahead = (to.x - from.x) * out.x + (to.y - from.y) * out.y;
  const reach = ahead >= 0 ? ahead / 2 : 6.25 * Math.sqrt(-ahead);
  return { x: from.x + out.x * reach, y: from.y + out.y * reach };
}

function straight(points: readonly Point[], headed: boolean): Pick<Route, 'line' | 'head' | 'middle' | 'points'> {
  const end = points.at(-1)!;
  const back = unit(end, points.at(-2)!);
  const stop = headed ? { x: end.x + back.x * HEAD.length, y: end.y + back.y * HEAD.length } : end;
  const way = [...points.slice(0, -1), stop];
  const parts = [`M${at(way[0]!)}`];
  for (let index = 1; index < way.length - 1; index += 1) {
    const [last, here, next] = [way[index - 1]!, way[index]!, way[index + 1]!];
    const radius = Math.min(CORNER, distance(last, here) / 2, distance(here, next) / 2);
    const [one, other] = [unit(here, last), unit(here, next)];
    parts.push(`L${at({ x: here.x + one.x * radius, y: here.y + one.y * radius })}`);
    parts.push(`Q${at(here)} ${at({ x: here.x + other.x * radius, y: here.y + other.y * radius })}`);
  }
  parts.push(`L${at(stop)}`);
  return { line: parts.join(' '), head: headed ? headAt(end, back) : '', middle: halfWay(points), points };
}

/** From the right side of a node over its corner to its top. */
function loop(edge: EdgeCell, rect: Rect, lane: number): Route {
  const size = LOOP + Math.abs(lane) * LANE;
  const start = atSide(rect, 'right');
  const end = atSide(rect, 'top');
  const headed = edge.shape === 'flow';
  const stop = headed ? { x: end.x, y: end.y - HEAD.length } : end;
  const corner = { x: start.x + size, y: end.y - size };
  return {
    line: `M${at(start)} C${at({ x: corner.x, y: start.y })} ${at({ x: corner.x, y: corner.y })} ${at({ x: rect.x + rect.width, y: corner.y })} S${at({ x: end.x, y: corner.y })} ${at(stop)}`,
    head: headed ? headAt(end, outward.top) : '',
    middle: { x: rect.x + rect.width, y: corner.y },
    source: 'right',
    target: 'top',
    points: [start, end],
  };
}

/** @param back one step from the tip to where the line comes from */
function headAt(tip: Point, back: Point): string {
  const base = { x: tip.x + back.x * HEAD.length, y: tip.y + back.y * HEAD.length };
  const wing = { x: -back.y * HEAD.half, y: back.x * HEAD.half };
  return `M${at(tip)} L${at({ x: base.x + wing.x, y: base.y + wing.y })} L${at({ x: base.x - wing.x, y: base.y - wing.y })} Z`;
}

function halfWay(points: readonly Point[]): Point {
  const lengths = points.slice(1).map((point, index) => distance(points[index]!, point));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [index, length] of lengths.entries()) {
    if (left <= length && length > 0) {
      const [from, to] = [points[index]!, points[index + 1]!];
      return { x: from.x + ((to.x - from.x) * left) / length, y: from.y + ((to.y - from.y) * left) / length };
    }
    left -= length;
  }
  return points[0]!;
}

function distance(one: Point, other: Point): number {
  return Math.hypot(other.x - one.x, other.y - one.y);
}

function unit(from: Point, to: Point): Point {
  const length = distance(from, to) || 1;
  return { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
}

function at({ x, y }: Point): string {
  return `${round(x)},${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
