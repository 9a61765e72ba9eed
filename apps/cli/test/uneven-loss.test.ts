import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision } from '@quantloop/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli } from './support/run-cli.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

/** At three bits the demo model gets every second sum wrong, and still tells its stories. */
const CAMPAIGN = {
  campaign: 'uneven',
  models: [{ id: 'tiny', source: 'builtin:demo' }],
  targets: [{ id: 'this-cpu', engine: { kind: 'onnxruntime', threads: 1 } }],
  evaluation: {
    fidelity: [
      { task: 'demo_arithmetic', limit: 60 },
      { task: 'demo_stories', limit: 20 },
    ],
    performance: [{ scenario: 'single-stream', promptTokens: 4, newTokens: 2, requests: 3 }],
  },
  requirements: { metric: 'model.bytes', maxRatio: 0.5 },
  objective: { minimize: 'model.bytes' },
  search: { recipes: [{ method: 'rtn', bits: 3, granularity: { group: 128 } }] },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-uneven-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!present)(`a loss that a mean hides${reason}`, { timeout: 240_000 }, () => {
  it('is named with the selection and in the report, by task: arithmetic falls more than the stories do', async () => {
    await writeFile(join(folder, 'campaign.json'), JSON.stringify(CAMPAIGN));
    const { code, stdout } = await runCli(['run', 'campaign.json', '--json'], { cwd: folder });
    expect(code).toBe(0);
    const run = JSON.parse(stdout) as { folder: string };
    const decision = JSON.parse(await readFile(join(run.folder, 'decision.json'), 'utf8')) as Decision;
    const warning = /Beware: of demo_arithmetic\.exact_match it keeps .*, where the mean over tasks keeps/;
    expect(decision.selections.map(({ because }) => because)).toEqual([expect.stringMatching(warning)]);
    const report = await readFile(join(run.folder, 'report.md'), 'utf8');
    const row = report.split('\n').find((line) => /^\| `rtn-int3-g128-sym` .*▼/.test(line))!;
    const heads = report
      .split('\n')
      .slice(0, report.split('\n').indexOf(row))
      .findLast((line) => line.startsWith('| trial'))!;
    const cells = (line: string) => line.split('|').map((cell) => cell.trim());
    const marked = cells(heads).filter((_, i) => cells(row)[i]!.includes('▼'));
    expect(marked).toEqual(['`demo_arithmetic.exact_match`']);
  });
});
