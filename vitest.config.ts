import { configDefaults, defineConfig } from 'vitest/config';
import { measureSlowness } from './test/support/slowness.ts';

/** Suites of real node processes that are run on demand (`npm run test:nodes`); the others are in `npm test`. */
const nodes = ['test/cluster/{balancer,deployments,stalled,stopping,three-nodes}.test.ts'];
const slowness = measureSlowness();
const onlyNodes = process.env.TEST_NODES === 'on';

export default defineConfig({
  // Without vite's own condition `development`, so that a library and we import the same copy of `graphql`.
  ssr: { resolve: { conditions: ['module', 'node'] } },
  test: {
    include: onlyNodes ? nodes : ['test/**/*.test.ts'],
    exclude: onlyNodes ? configDefaults.exclude : [...configDefaults.exclude, ...nodes],
    globalSetup: ['test/support/services.ts'],
    provide: { slowness },
    testTimeout: 120_000 * slowness,
    hookTimeout: 120_000 * slowness,
    maxWorkers: 2,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
