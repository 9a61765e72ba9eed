import { mergeConfig } from 'vitest/config';
import { project } from '../../vitest.shared.ts';

// Campaigns that wait for a missing heartbeat, or for a store, leave room for one more.
export default mergeConfig(project('cli'), { test: { maxConcurrency: 2 } });
