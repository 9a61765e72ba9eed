import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { expect, test } from 'vitest';

test('the workflows bundle without any of Node, and export what the workers run', async () => {
  const warnings: string[] = [];
  const note = (_level: string, message: string) => warnings.push(message);
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
    logger: {
      log: note,
      trace: () => {},
      debug: () => {},
      info: () => {},
      warn: (message) => warnings.push(message),
      error: (message) => warnings.push(message),
    },
  });
  expect(warnings).toEqual([]);
  expect(code).toContain('campaignWorkflow');
  expect(code).toContain('trialWorkflow');
});
