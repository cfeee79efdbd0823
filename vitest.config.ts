import { configDefaults, defineConfig } from 'vitest/config';
import { measureSlowness } from './test/support/slowness.ts';

/** Suites of real node processes that are run on demand (`npm run test:nodes`); the others are in `npm test`. */
const nodes = ['test/cluster/{balancer,deployments,stalled,stopping,three-nodes}.test.ts'];
/** Suites that share one process and what it has imported: they put nothing in the place of a module, and measure no pause. */
const light = ['test/{access,collaboration,contract,graphql,http,identity,membership,rules,sync,waiting}/**/*.test.ts'];
const slowness = measureSlowness();

const common = {
  // Without vite's own condition `development`, so that a library and we import the same copy of `graphql`.
  ssr: { resolve: { conditions: ['module', 'node'] } },
  test: { testTimeout: 120_000 * slowness, hookTimeout: 120_000 * slowness },
};
const { exclude } = configDefaults;
const project = (name: string, isolate: boolean, include: string[], without: string[] = []) => ({
  ...common,
  test: { ...common.test, name, isolate, include, exclude: [...exclude, ...without] },
});

export default defineConfig({
  test: {
    globalSetup: ['test/support/services.ts'],
    provide: { slowness },
    maxWorkers: 2,
    reporters: ['default', './test/support/closing-line.ts'],
    projects:
      process.env.TEST_NODES === 'on'
        ? [project('nodes', true, nodes)]
        : [project('alone', true, ['test/**/*.test.ts'], [...nodes, ...light]), project('together', false, light)],
  },
});
