import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** What takes minutes is left to `npm run test:full`. */
const slow = process.env['QUANTLOOP_TESTS'] === 'full' ? [] : ['test/**/*.full.test.ts'];

/** The test settings every project shares: sources are read directly, without a build. */
export function project(name: string): ViteUserConfig {
  return defineConfig({
    test: {
      name,
      watch: false,
      include: ['test/**/*.test.ts'],
      exclude: slow,
      testTimeout: 60_000,
      hookTimeout: 120_000,
      // Test files run beside each other: no job need wait for a quiet machine.
      env: { QUANTLOOP_PATIENCE: '0' },
    },
    resolve: { conditions: ['@quantloop/source'] },
    ssr: { resolve: { conditions: ['@quantloop/source'] } },
  });
}
