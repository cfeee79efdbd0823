/** For suites that share a process: who puts something in the place of time leaves it to nobody else, however their test ends. */
import { afterEach, vi } from 'vitest';

afterEach(() => void vi.useRealTimers());
