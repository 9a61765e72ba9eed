import { join } from 'node:path';
import type { ArtifactRef, FidelityCheck } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { loadTokenizer } from '@quantloop/models';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleTask, fidelityStage } from '../../../src/index.ts';
import { httpServer } from '../../engines/openai/http-server.ts';
import { openAiSpec, serveDemo } from '../../engines/openai/served-demo.ts';
import { lines, taskFolder, taskStore } from '../../support/task-folder.ts';

let demo: Awaited<ReturnType<typeof serveDemo>>;
beforeAll(async () => {
  demo = await serveDemo();
});
afterAll(() => demo.close());

/** 220 different sums. */
const SUMS = Array.from({ length: 220 }, (_, i) => ({
  prompt: `${i % 20}+${Math.floor(i / 20)}=`,
  gold: '7',
}));

const TASK = {
  task: 'sums',
  dataset_path: 'json',
  dataset_kwargs: { data_files: { test: 'sums.jsonl' } },
  test_split: 'test',
  doc_to_text: '{{prompt}}',
  doc_to_target: '{{gold}}',
  generation_kwargs: { until: ['\n'], max_gen_toks: 2 },
  metric_list: [{ metric: 'exact_match' }],
};

test('while the share grows, the engine is asked about every document once', async () => {
  const store = await taskStore();
  const folder = await taskFolder({ 'sums.yaml': TASK, 'sums.jsonl': lines(SUMS) });
  const { name, bundle } = await bundleTask({ nameOrPath: join(folder, 'sums.yaml'), store });
  const checks: FidelityCheck[] = [{ kind: 'task', name, bundle, limit: null }];
  const model = await store.putFolder(demo.folder);
  // In front of the real server, to see what it is asked.
  const { url, asked } = await httpServer(async ({ path, body }) => {
    const answer = await fetch(`${demo.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, model: 'demo' }),
    });
    return answer.text();
  });
  const engine = openAiSpec({ url });
  const tokenizer = await loadTokenizer(demo.folder);
  const timesAsked = () => {
    const prompts = asked.map(({ body }) => JSON.stringify(body.prompt));
    return SUMS.map(({ prompt }) => {
      const own = JSON.stringify(tokenizer.encode(prompt));
      return prompts.filter((one) => one === own).length;
    });
  };
  expect(new Set(SUMS.map(({ prompt }) => prompt)).size).toBe(SUMS.length);

  let known: ArtifactRef | undefined;
  for (const [share, seen, before] of [
    [1 / 8, 50, 0],
    [1 / 4, 55, 50],
    [1 / 2, 110, 55],
    [1, 220, 110],
  ] as const) {
    const input = { model, checks, engine, seed: 0, share, ...(known !== undefined && { known }) };
    const { output } = await runStage(fidelityStage, input, { store });
    expect(output.metrics['sums.exact_match']!.n).toBe(seen);
    expect(output.provenance).toMatchObject({
      'documents.measured': seen - before,
      'documents.taken_over': before,
    });
    expect(timesAsked()).toEqual(SUMS.map((_, i) => (i < seen ? 1 : 0)));
    known = output.items;
  }
});
