import { configDefaults, defineConfig } from 'vitest/config';
import { measureSlowness } from './test/support/slowness.ts';

/** Suites of real node processes that are run on demand (`npm run test:nodes`); the others are in `npm test`. */
const nodes = ['test/cluster/{balancer,deployments,stalled,stopping,three-nodes}.test.ts'];
/**
 * Each of these is a process of its own: it starts others, puts something in the place of a module, or looks at how long
 * or how much. They come first, as some take long. The others share a process, and what it has imported.
 */
const alone = [
  'test/{app,dev,main}.test.ts',
  'test/{chaos,fuzz,soak}/*.test.ts',
  'test/cluster/{killed,rolling-restart,two-nodes,nemesis/*,redis-trouble/*}.test.ts',
  'test/database/data-directory.test.ts',
  'test/documents/{anything-stored,collecting,fence,holding,pieces,read-back,replacement,replaying,worker-thread,workshop}.test.ts',
  'test/{graphql/memory,http/body-memory,rules/crowd,sync/replicas/large}.test.ts',
];
const slowness = measureSlowness();

const project = (name: string, isolate: boolean, include: readonly string[], without: readonly string[]) => ({
  // Without vite's own condition `development`, so that a library and we import the same copy of `graphql`.
  ssr: { resolve: { conditions: ['module', 'node'] } },
  test: {
    name,
    isolate,
    include: [...include],
    exclude: [...configDefaults.exclude, ...without],
    testTimeout: 120_000 * slowness,
    hookTimeout: 120_000 * slowness,
  },
});

export default defineConfig({
  test: {
    globalSetup: ['test/support/services.ts'],
    provide: { slowness },
    maxWorkers: 2,
    reporters: ['default', './test/support/closing-line.ts'],
    projects:
      process.env.TEST_NODES === 'on'
        ? [project('nodes', true, nodes, [])]
        : [
            project('alone', true, alone, nodes),
            project('together', false, ['test/**/*.test.ts'], [...nodes, ...alone]),
          ],
  },
});
