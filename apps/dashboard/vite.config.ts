import { defineConfig } from 'vite';

/** One page, one script, one style: nothing inline, so that the policy of the server can forbid it. */
export default defineConfig({
  root: `${import.meta.dirname}/page`,
  base: '/',
  resolve: { conditions: ['@quantloop/source', 'module', 'browser', 'production'] },
  build: {
    outDir: `${import.meta.dirname}/dist/page`,
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
});
