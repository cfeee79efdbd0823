/**
 * AntV X6 cells as ours. X6 writes `position`, `size`, `zIndex` and the text under `attrs.label.text` (or `attrs.text`,
 * or `label`); edges have `labels`, and ends that may be an id, a cell with a port, or a bare point. A port of ours is
 * a side: an X6 port is found in the node's list, and its group, its name or its place says which.
 */
import { isSide, type Side } from '../model/geometry.ts';

type Members = Record<string, unknown>;

/** What X6 and its users call the shapes that we draw. */
const shapes: Record<string, string> = {
  'security-boundary': 'boundary',
  'trust-boundary': 'boundary',
  'trust-boundary-box': 'boundary',
  'text-box': 'text',
  'text-block': 'text',
  circle: 'process',
  ellipse: 'process',
  rect: 'actor',
  cylinder: 'store',
};

/** Whether this is how X6 writes a cell, rather than how we do. */
export function isX6(cell: Members): boolean {
  return ['position', 'size', 'attrs', 'zIndex', 'labels', 'ports'].some((member) => member in cell);
}

/** The cells of X6 as ours would be stored; nothing is checked yet. */
export function fromX6(cells: readonly Members[]): Members[] {
  const ports = new Map(cells.map((cell) => [cell.id, portsOf(cell)]));
  return cells.map((cell) => {
    const edge = cell.source !== undefined || cell.target !== undefined;
    const labels = Array.isArray(cell.labels) ? cell.labels : [];
    const label = edge ? (textOf(labels[0]) ?? textOf(cell)) : textOf(cell);
    const told = { id: cell.id, label: label ?? '', z: cell.zIndex ?? cell.z, data: cell.data };
    if (edge) {
      const shape = cell.shape === 'flow' || pointsAtTarget(cell) ? 'flow' : 'edge';
      const [source, target] = [endOf(cell.source, ports), endOf(cell.target, ports)];
      return { ...told, shape, source, target, vertices: cell.vertices };
    }
    const name = typeof cell.shape === 'string' ? cell.shape : 'rect';
    const position = objectOf(cell.position) ?? cell;
    const size = objectOf(cell.size) ?? cell;
    const place = { x: position.x, y: position.y, width: size.width, height: size.height };
    return { ...told, shape: shapes[name] ?? name, ...place, parent: cell.parent };
  });
}

function textOf(cell: unknown): string | null {
  if (typeof cell === 'string') return cell;
  const members = objectOf(cell);
  if (members === null) return null;
  const attributes = objectOf(members.attrs);
  const found = [objectOf(attributes?.label)?.text, objectOf(attributes?.text)?.text, members.label];
  return found.find((text): text is string => typeof text === 'string' && text !== '') ?? null;
}

/** X6 draws an arrow at the target unless it is told otherwise. */
function pointsAtTarget(cell: Members): boolean {
  const line = objectOf(objectOf(cell.attrs)?.line);
  return line === null || !('targetMarker' in line) || Boolean(line.targetMarker);
}

function portsOf(cell: Members): Map<unknown, Side> {
  const all = objectOf(cell.ports);
  const items = Array.isArray(cell.ports) ? cell.ports : Array.isArray(all?.items) ? all.items : [];
  const groups = objectOf(all?.groups);
  const found = new Map<unknown, Side>();
  for (const item of (items as unknown[]).map(objectOf).filter((entry) => entry !== null)) {
    const group = typeof item.group === 'string' ? item.group : '';
    const side = sideIn(objectOf(groups?.[group])?.position) ?? sideIn(group);
    if (side) found.set(item.id, side);
  }
  return found;
}

function endOf(end: unknown, ports: ReadonlyMap<unknown, Map<unknown, Side>>): Members | null {
  if (typeof end === 'string') return { cell: end };
  const members = objectOf(end);
  if (typeof members?.cell !== 'string') return null;
  const side = ports.get(members.cell)?.get(members.port) ?? sideIn(members.port);
  return { cell: members.cell, ...(side && { port: side }) };
}

function sideIn(value: unknown): Side | null {
  const name = typeof value === 'string' ? value : objectOf(value)?.name;
  return isSide(name) ? name : null;
}

function objectOf(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
}
