/**
 * Builds the `roundtable` command into `dist/main.js`, so that it runs from `node_modules`, where Node strips no types.
 * What it depends on stays outside. It lies as deep as `src/app.ts` does, so that paths from there are the same. Files
 * of ours that are started by their address, such as threads, are built beside it, under their own names.
 */
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const addressed: Plugin = {
  name: 'files-started-by-their-address',
  enforce: 'pre',
  transform(code, id) {
    return code.replaceAll(/new URL\('([\w-]+)\.ts', import\.meta\.url\)/g, (_, name: string) => {
      this.emitFile({ type: 'chunk', id: join(id, '..', `${name}.ts`), fileName: `${name}.js` });
      return `new URL('${name}.js', import.meta.url)`;
    });
  },
};

export default defineConfig({
  logLevel: 'warn',
  publicDir: false,
  plugins: [addressed],
  build: {
    ssr: 'src/main.ts',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    minify: false,
    rolldownOptions: { output: { entryFileNames: 'main.js', chunkFileNames: 'main-[name].js' } },
  },
});
