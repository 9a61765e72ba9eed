import { defineConfig } from 'vite';

/** One script without imports: it is put into pages that fetch nothing. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['@quantloop/source', 'module', 'browser', 'production'] },
  build: {
    outDir: `${import.meta.dirname}/dist/browser`,
    emptyOutDir: true,
    modulePreload: false,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: `${import.meta.dirname}/browser/main.ts`,
      output: { format: 'iife', entryFileNames: 'page.js' },
      // Our modules only declare: what a page does not use of them is left out.
      treeshake: {
        moduleSideEffects: (id) => (id.includes('/node_modules/') ? undefined : id.includes('/browser/')),
      },
    },
  },
});
