import { configDefaults, defineConfig } from 'vitest/config';
import { measureSlowness } from './test/support/slowness.ts';

/** Suites of real node processes that are run on demand (`npm run test:nodes`); the others are in `npm test`. */
const nodes = ['test/cluster/{balancer,deployments,stalled,stopping,three-nodes}.test.ts'];
/**
 * Suites that share a process and what it has imported, which is most of the server. Each of the others has a process of
 * its own; so have those of these that look at how long or how much.
 */
const together = [
  'test/{access,collaboration,contract,graphql,http,identity,membership,rules,sync}/**/!(body-memory|crowd|large|memory).test.ts',
];
const slowness = measureSlowness();

const project = (name: string, isolate: boolean, include: string[], without: string[] = []) => ({
  // Without vite's own condition `development`, so that a library and we import the same copy of `graphql`.
  ssr: { resolve: { conditions: ['module', 'node'] } },
  test: {
    name,
    isolate,
    include,
    exclude: [...configDefaults.exclude, ...without],
    setupFiles: isolate ? [] : ['test/support/real-timers.ts'],
    testTimeout: 120_000 * slowness,
    hookTimeout: 120_000 * slowness,
  },
});

const onDemand = [project('nodes', true, nodes)];
const everyDay = [
  project('alone', true, ['test/**/*.test.ts'], [...nodes, ...together]),
  project('together', false, together),
];

export default defineConfig({
  test: {
    globalSetup: ['test/support/services.ts'],
    provide: { slowness },
    maxWorkers: 2,
    reporters: ['default', './test/support/closing-line.ts'],
    projects: process.env.TEST_NODES === 'on' ? onDemand : everyDay,
  },
});
