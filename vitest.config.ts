import { configDefaults, defineConfig } from 'vitest/config';
import { measureSlowness } from './test/support/slowness.ts';

/** The longer suites of real node processes, which `npm run test:nodes` runs by themselves; the others are in `npm test`. */
const nodes = [
  'test/cluster/{access,balancer,deployments,redis-trouble,rolling-restart,stalled,two-nodes,three-nodes}.test.ts',
];
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
