/** What people do on the page of a diagram, and what they wait to see there. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { SOON } from '../visitor.ts';

export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

export const seen = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor(SOON);

export const gone = (page: Page, text: string | RegExp) =>
  expect.poll(() => page.getByText(text).count(), SOON).toBe(0);

export const isSaved = (page: Page) =>
  expect.poll(() => page.locator('[data-saved]').getAttribute('data-saved'), SOON).toBe('saved');

export const nodes = (page: Page, count: number) =>
  expect.poll(() => page.locator('.react-flow__node').count(), SOON).toBe(count);

export const draw = (page: Page, shape: string) =>
  page.getByRole('toolbar', { name: 'Shapes' }).getByRole('button', { name: shape }).click();
