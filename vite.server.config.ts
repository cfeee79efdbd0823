/**
 * Builds the `roundtable` command into `dist/main.js`, so that it runs from `node_modules`, where Node strips no types.
 * What it depends on stays outside. It lies as deep as `src/app.ts` does, so that paths from there are the same.
 */
import { defineConfig } from 'vite';

export default defineConfig({
  logLevel: 'warn',
  publicDir: false,
  build: {
    ssr: 'src/main.ts',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'main.js', chunkFileNames: 'main-[name].js' } },
  },
});
