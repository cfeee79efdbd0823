/** Builds the SDK into `dist/client`: an ES module for each subpath that is published, and nothing of others in it. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  logLevel: 'warn',
  build: {
    outDir: here('../../dist/client'),
    emptyOutDir: true,
    target: 'es2023',
    minify: false,
    lib: {
      entry: [here('index.ts'), here('offline.ts'), here('react/index.ts')],
      formats: ['es'],
    },
    sourcemap: true,
    rolldownOptions: {
      external: /^[^./]/,
      // A module for each file: what a page does not use is left out with all that it imports.
      output: { comments: false, preserveModules: true, preserveModulesRoot: here('.') },
    },
  },
});
