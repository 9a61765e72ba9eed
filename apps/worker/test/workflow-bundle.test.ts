import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAMPAIGN_WORKFLOW, TRIAL_WORKFLOW } from '@quantloop/core';
import { workflowBundle } from '../src/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

describe('the workflow bundle', () => {
  it('is made once, holds both workflows, and is used again', async () => {
    const first = await workflowBundle({ cacheFolder });
    const made = await stat(first.codePath);
    const code = await readFile(first.codePath, 'utf8');
    expect([CAMPAIGN_WORKFLOW, TRIAL_WORKFLOW].every((name) => code.includes(name))).toBe(true);
    expect(await workflowBundle({ cacheFolder })).toEqual(first);
    expect((await stat(first.codePath)).mtimeMs).toBe(made.mtimeMs);
    expect(await readdir(cacheFolder)).toHaveLength(1);
  });
});
