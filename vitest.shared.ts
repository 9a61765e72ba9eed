import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** The test settings every project shares: sources are read directly, without a build. */
export function project(name: string): ViteUserConfig {
  return defineConfig({
    test: {
      name,
      watch: false,
      include: ['test/**/*.test.ts'],
      testTimeout: 60_000,
      hookTimeout: 120_000,
      // Test files run beside each other: no job need wait for a quiet machine.
      env: { QUANTLOOP_PATIENCE: '0' },
    },
    resolve: { conditions: ['@quantloop/source'] },
    ssr: { resolve: { conditions: ['@quantloop/source'] } },
  });
}
