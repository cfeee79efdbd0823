/** A diagram as files: JSON, SVG and PNG out, JSON in, of ours or of AntV X6. For the menu of whoever shows the canvas. */
import type { TFunction } from 'i18next';
import { uuidv4 } from 'lib0/random';
import { listCells, type Cells } from '../../../client/index.ts';
import { addCells } from '../document/edits.ts';
import { Step } from '../document/history.ts';
import { readCells } from '../model/cell.ts';
import { extentOf, putDown } from '../model/clip.ts';
import { GRID } from '../model/shapes.ts';
import { drawSvg } from './export-svg.ts';
import { LONGEST_TEXT, readImport } from './read-import.ts';
import { sentencesOf } from './sentences.ts';

/** Pixels of a PNG for one unit of the diagram, and the most that a browser's canvas takes on a side. */
const SHARPNESS = 2;
const MOST_PIXELS = 8192;

export function exportJson(cells: Cells, name: string): void {
  const json = JSON.stringify({ cells: listCells(cells) }, null, 2);
  save(new Blob([json], { type: 'application/json' }), `${fileName(name)}.json`);
}

export function exportSvg(cells: Cells, name: string): void {
  const { svg } = drawSvg(readCells(listCells(cells)));
  save(new Blob([svg], { type: 'image/svg+xml' }), `${fileName(name)}.svg`);
}

/** Rejects when the browser cannot draw it. */
export async function exportPng(cells: Cells, name: string): Promise<void> {
  const { svg, width, height } = drawSvg(readCells(listCells(cells)));
  const scale = Math.min(SHARPNESS, MOST_PIXELS / width, MOST_PIXELS / height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (png === null) throw new Error('the canvas gives no picture');
  save(png, `${fileName(name)}.png`);
}

export interface Imported {
  ok: boolean;
  /** What happened, and what was not understood, in words. */
  sentences: string[];
}

/**
 * Adds what a file holds. Rejects when it cannot be read.
 * @param mayEdit asked once it has been read
 * @returns null if there is no right to edit any more
 */
export async function importFile(
  cells: Cells,
  file: Pick<File, 'size' | 'text'>,
  t: TFunction<'editor'>,
  mayEdit: () => boolean,
): Promise<Imported | null> {
  if (file.size > LONGEST_TEXT) return { ok: false, sentences: [t('import_too_many')] };
  const text = await file.text();
  return mayEdit() ? importCells(cells, text, t) : null;
}

/** Adds what a text holds below what is there, as one step, with fresh ids. */
function importCells(cells: Cells, text: string, t: TFunction<'editor'>): Imported {
  const read = readImport(text);
  const notes = sentencesOf(read.notes, t);
  if (!read.ok) return { ok: false, sentences: [t(`import_${read.fault}`), ...notes] };
  const present = readCells(listCells(cells));
  const [here, there] = [extentOf(present.values()), extentOf(read.cells)];
  const by = here && there ? { x: here.x - there.x, y: here.y + here.height + 4 * GRID - there.y } : { x: 0, y: 0 };
  const list = putDown(read.cells, present, { freshId: uuidv4, by });
  addCells(cells, list, new Step());
  return { ok: true, sentences: [t('imported', { count: list.length }), ...notes] };
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A name that every file system takes. */
export function fileName(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N} ._-]+/gu, '-')
      .trim()
      .slice(0, 100) || 'diagram'
  );
}
