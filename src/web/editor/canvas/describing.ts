/** The sentence that says what a cell is to those who do not see it, in their language. */
import type { TFunction } from 'i18next';
import { isEdge } from '../model/cell.ts';
import { isShape } from '../model/shapes.ts';
import type { Describe } from './flow.ts';

export function describeIn(t: TFunction<'editor'>): Describe {
  return (cell, named) => {
    const label = cell.label ?? '';
    if (!isEdge(cell)) return t('nodeSays', { shape: t(isShape(cell.shape) ? cell.shape : 'other'), label }).trim();
    const ends = { source: named(cell.source.cell), target: named(cell.target.cell) };
    return t('edgeSays', { shape: t(cell.shape), label, ...ends }).replace(/ {2,}/g, ' ');
  };
}
