/** What becomes of what is asked for: without a connection, and when it is refused. */
import { MutationObserver, onlineManager, QueryObserver } from '@tanstack/react-query';
import { afterEach, expect, it } from 'vitest';
import { lastErrorOf } from '../../src/web/people/refused.tsx';
import { createQueries } from '../../src/web/queries.ts';

afterEach(() => onlineManager.setOnline(true));

it('WE5 what is asked for without a connection fails at once, and is not done later', async () => {
  onlineManager.setOnline(false);
  const queries = createQueries();
  queries.mount();
  let tried = 0;
  const mutationFn = async () => {
    tried += 1;
    throw new Error('no connection');
  };
  await expect(new MutationObserver(queries, { mutationFn }).mutate()).rejects.toThrow('no connection');
  onlineManager.setOnline(true);
  await queries.resumePausedMutations();
  expect(tried).toBe(1);
  queries.unmount();
});

it('WE5 what could not be read without a connection is read when it is back', async () => {
  onlineManager.setOnline(false);
  const queries = createQueries();
  queries.mount();
  const queryFn = async () => {
    if (!onlineManager.isOnline()) throw new Error('no connection');
    return 'read';
  };
  const observer = new QueryObserver(queries, { queryKey: ['one'], queryFn });
  const results = (status: string) =>
    new Promise<void>((resolve) => void observer.subscribe((result) => result.status === status && resolve()));
  await results('error');
  onlineManager.setOnline(true);
  await results('success');
  expect(observer.getCurrentResult().data).toBe('read');
  queries.unmount();
});

it('WE5 what was refused is told until something else is tried', () => {
  const refused = { submittedAt: 1, error: 'refused' };
  expect(lastErrorOf({ submittedAt: 0, error: null }, refused)).toBe('refused');
  expect(lastErrorOf(refused, { submittedAt: 2, error: 'newer' })).toBe('newer');
  expect(lastErrorOf(refused, { submittedAt: 2, error: null })).toBeNull();
});
