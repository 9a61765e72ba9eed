import { defineConfig } from 'vitest/config';

// Two cores: more workers than cores would disturb the tests that watch processes.
export default defineConfig({ test: { projects: ['packages/*', 'apps/*'], maxWorkers: 2 } });
