/**
 * A diagram as an SVG that stands by itself: no style sheet, no font, no script, light as on paper. It is drawn from
 * the cells alone, with the same ways of edges as on the canvas, so it is the same for everybody and without a browser.
 */
import { isEdge, rectOf, type Cell, type EdgeCell, type NodeCell } from '../model/cell.ts';
import { around, type Rect } from '../model/geometry.ts';
import { lanesOf, pairOf } from '../model/lanes.ts';
import { routeOf, type Route } from '../model/route.ts';
import { escape, linesOf, widthOf } from './svg-text.ts';

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";
const MARGIN = 24;
const TYPE = 14;
const LINE_HEIGHT = 18;
const ink = {
  paper: '#ffffff',
  line: '#4a5753',
  text: '#16201c',
  quiet: '#56625c',
  soft: '#e8f3ee',
  accent: '#17694f',
};

export interface Drawing {
  svg: string;
  width: number;
  height: number;
}

/** An empty diagram is an empty sheet. */
export function drawSvg(cells: ReadonlyMap<string, Cell>): Drawing {
  const sorted = [...cells.values()].sort((a, b) => a.z - b.z || (a.id < b.id ? -1 : 1));
  const nodes = sorted.filter((cell) => !isEdge(cell)) as NodeCell[];
  const boundaries = nodes.filter(({ shape }) => shape === 'boundary');
  const routes = waysOf(sorted.filter(isEdge), cells);
  const covered: Rect[] = nodes.map(rectOf);
  for (const { edge, route } of routes) {
    for (const { x, y } of route.points) covered.push({ x, y, width: 0, height: 0 });
    const half = widthOf(edge.label ?? '', TYPE) / 2;
    covered.push({ x: route.middle.x - half, y: route.middle.y - 10, width: half * 2, height: 20 });
  }
  const extent = around(covered) ?? { x: 0, y: 0, width: 400, height: 240 };
  const [x, y] = [Math.floor(extent.x - MARGIN), Math.floor(extent.y - MARGIN)];
  const [width, height] = [Math.ceil(extent.width + MARGIN * 2), Math.ceil(extent.height + MARGIN * 2)];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${x} ${y} ${width} ${height}" width="${width}" height="${height}" font-family="${escape(FONT)}" font-size="${TYPE}">`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${ink.paper}"/>`,
    ...boundaries.map(drawNode),
    ...routes.map(({ route }) => drawEdge(route)),
    ...nodes.filter(({ shape }) => shape !== 'boundary').map(drawNode),
    ...routes.map(({ edge, route }) => drawEdgeLabel(edge, route)),
    '</svg>',
  ];
  return { svg: parts.filter((part) => part !== '').join('\n'), width, height };
}

function waysOf(edges: readonly EdgeCell[], cells: ReadonlyMap<string, Cell>): { edge: EdgeCell; route: Route }[] {
  const pairs = new Map<string, string[]>();
  for (const edge of edges) {
    const pair = pairOf(edge);
    if (pair !== null) pairs.set(pair, [...(pairs.get(pair) ?? []), edge.id]);
  }
  const lanes = new Map([...pairs.values()].flatMap((ids) => [...lanesOf(ids)]));
  return edges.flatMap((edge) => {
    const [source, target] = [cells.get(edge.source.cell), cells.get(edge.target.cell)];
    if (!source || !target || isEdge(source) || isEdge(target)) return [];
    return [{ edge, route: routeOf(edge, rectOf(source), rectOf(target), lanes.get(edge.id) ?? 0) }];
  });
}

function drawNode(node: NodeCell): string {
  const { x, y, width, height, shape } = node;
  const box = `x="${x}" y="${y}" width="${width}" height="${height}"`;
  const line = `stroke="${ink.line}" stroke-width="1.5"`;
  switch (shape) {
    case 'process':
      return `<rect ${box} rx="${Math.min(30, height / 2)}" fill="${ink.soft}" stroke="${ink.accent}" stroke-width="1.5"/>${label(node)}`;
    case 'store':
      return `<rect ${box} fill="${ink.paper}"/><path d="M${x},${y} h${width} M${x},${y + height} h${width}" ${line}/>${label(node)}`;
    case 'boundary':
      return `<rect ${box} rx="12" fill="none" stroke="${ink.quiet}" stroke-width="1.5" stroke-dasharray="6 5"/>${cornerLabel(node)}`;
    case 'text':
      return label(node);
    default:
      return `<rect ${box} rx="2" fill="${ink.paper}" ${line}/>${label(node)}`;
  }
}

function label({ x, y, width, height, label: text }: NodeCell): string {
  if (text === '') return '';
  const lines = linesOf(text, TYPE, width - 16, Math.max(1, Math.floor(height / LINE_HEIGHT)));
  const first = y + height / 2 - ((lines.length - 1) * LINE_HEIGHT) / 2;
  const spans = lines.map(
    (line, index) => `<tspan x="${x + width / 2}" y="${first + index * LINE_HEIGHT}">${escape(line)}</tspan>`,
  );
  return `<text text-anchor="middle" dominant-baseline="central" fill="${ink.text}">${spans.join('')}</text>`;
}

function cornerLabel({ x, y, width, label: text }: NodeCell): string {
  const [line] = linesOf(text.replace(/\n/g, ' '), 12, width - 24, 1);
  if (!line) return '';
  return `<text x="${x + 12}" y="${y + 20}" font-size="12" font-weight="600" fill="${ink.quiet}">${escape(line)}</text>`;
}

function drawEdge({ line, head }: Route): string {
  const arrow = head === '' ? '' : `<path d="${head}" fill="${ink.line}"/>`;
  return `<path d="${line}" fill="none" stroke="${ink.line}" stroke-width="1.5"/>${arrow}`;
}

function drawEdgeLabel({ label: text = '' }: EdgeCell, { middle }: Route): string {
  if (text === '') return '';
  const lines = text.split('\n');
  const width = Math.max(...lines.map((line) => widthOf(line, 13))) + 10;
  const height = lines.length * LINE_HEIGHT;
  const top = middle.y - height / 2;
  const spans = lines.map(
    (line, index) => `<tspan x="${middle.x}" y="${top + (index + 0.5) * LINE_HEIGHT}">${escape(line)}</tspan>`,
  );
  return `<rect x="${middle.x - width / 2}" y="${top}" width="${width}" height="${height}" rx="4" fill="${ink.paper}"/><text text-anchor="middle" dominant-baseline="central" font-size="13" fill="${ink.text}">${spans.join('')}</text>`;
}
