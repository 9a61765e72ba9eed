import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModel } from '@quantloop/models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTaskData } from '../../src/fidelity/tasks/data/task-data.ts';
import { loadTask, makeTask } from '../../src/fidelity/tasks/load-task.ts';
import { scoreDocuments } from '../../src/fidelity/tasks/score-documents.ts';
import { taskMetrics } from '../../src/fidelity/metrics/task-metrics.ts';
import { ENGINES } from '../../src/engines/engines.ts';
import type { TaskModel } from '../../src/fidelity/tasks/task-model.ts';
import { itemsOf } from '../../src/fidelity/tasks/items-of.ts';

const shared = fileURLToPath(new URL('../../../../../shared/data', import.meta.url));
const present = existsSync(shared);
/** All documents of all tasks: about four minutes on two cores. */
const full = process.env.QUANTLOOP_FULL === '1';
const QUICK = ['openbookqa_val'];

interface Sample {
  task: string;
  doc_id: number;
  filter: string;
  resps: (string | [string, string])[][];
  arguments: Record<string, { arg_0: string; arg_1: unknown }>;
  acc?: number;
  acc_norm?: number;
  exact_match?: number;
  word_perplexity?: [number, number];
  byte_perplexity?: [number, number];
}

const samples: Sample[] = present
  ? readFileSync(join(shared, 'golden/stories260k.samples.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Sample)
  : [];
const totals: Record<string, Record<string, number | string>> = present
  ? JSON.parse(readFileSync(join(shared, 'golden/stories260k.results.json'), 'utf8'))
  : {};

const names = Object.keys(totals);

describe.skipIf(!present)('scores of stories260k equal lm-eval’s (needs ../shared/data)', () => {
  let folder: string;
  let model: TaskModel;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-golden-'));
    const target = join(folder, 'model');
    await importModel({ source: join(shared, 'models/stories260k'), folder: target });
    model = await ENGINES.onnxruntime.openForTasks({
      folder: target,
      spec: { kind: 'onnxruntime', provider: 'cpu', threads: 2 },
    });
  });
  afterAll(async () => {
    await model[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** @param name e.g. `sciq_val`, or `sciq_val@2shot` for two examples a prompt. */
  async function score(name: string, limit: number | null) {
    const [task, variant = ''] = name.split('@');
    const file = await loadTask(join(shared, 'tasks', `${task}.yaml`));
    const num_fewshot = Number(/^(\d+)shot/.exec(variant)?.[1] ?? file.definition.num_fewshot ?? 0);
    const loaded = makeTask({ ...file.definition, num_fewshot }, file.place);
    const { documents, shots } = await readTaskData(loaded, { limit });
    const results = [];
    for (let first = 0; first < documents.length; first += 32) {
      const chunk = documents.slice(first, first + 32);
      const ids = chunk.map((_, i) => first + i);
      results.push(
        ...(await scoreDocuments({
          task: loaded,
          model,
          documents: chunk,
          ids,
          shots: shots.slice(first, first + 32),
        })),
      );
    }
    return { loaded, results };
  }

  test.for(names.map((name) => [name.replace(/[@-]first\d+$/, '')] as const))(
    '%s: each of the first documents',
    async ([task]) => {
      // Wikitext pages are long: three of them are 25,000 tokens.
      const { loaded, results } = await score(task, task === 'wikitext2_pages' ? 3 : 25);
      const expected = samples.filter((sample) => sample.task === task && sample.doc_id < results.length);
      expect(expected.length).toBeGreaterThanOrEqual(results.length);
      for (const sample of expected) {
        const { values, sample: ours } = results[sample.doc_id]!;
        if (ours.prompt !== '') expect(ours.prompt).toBe(sample.arguments['gen_args_0']!.arg_0);
        const responses = sample.resps.map(([response]) => response!);
        if (loaded.definition.output_type === 'generate_until') {
          expect(ours.responses).toEqual(responses);
          expect(values[`exact_match,${sample.filter}`]).toBe(sample.exact_match);
          continue;
        }
        const expectedLikelihoods = responses.map((response) =>
          Number(typeof response === 'string' ? response : response[0]),
        );
        const likelihoods =
          loaded.definition.output_type === 'multiple_choice'
            ? ours.responses.map((response) => Number.parseFloat(response))
            : [values.loglikelihood!];
        expect(likelihoods.length).toBe(expectedLikelihoods.length);
        expectedLikelihoods.forEach((value, i) =>
          // Our texts carry four decimals; log-likelihoods are sums of up to thousands of float32 terms.
          expect(Math.abs(likelihoods[i]! - value)).toBeLessThan(1e-4 + 1e-6 * Math.abs(value)),
        );
        if (sample.acc !== undefined) expect(values.acc).toBe(sample.acc);
        if (sample.acc_norm !== undefined) expect(values.acc_norm).toBe(sample.acc_norm);
        if (sample.word_perplexity !== undefined) expect(values.words).toBe(sample.word_perplexity[1]);
        if (sample.byte_perplexity !== undefined) expect(values.bytes).toBe(sample.byte_perplexity[1]);
      }
    },
  );

  test.for(names.map((name) => [name] as const))(
    '%s: totals and standard errors over all documents',
    { timeout: 1_800_000 },
    async ([name], { skip }) => {
      if (!full && !QUICK.includes(name)) skip('set QUANTLOOP_FULL=1 for the long ones');
      const task = name.split('@')[0]!;
      const { loaded, results } = await score(name, name.includes('first200') ? 200 : null);
      const items = itemsOf({ name: task, bundle: 'golden', total: results.length }, results);
      const metrics = taskMetrics({ definition: loaded.definition, name: task, items, seed: 0 });
      expect(items.documents).toBe(totals[name]!.n);
      for (const [key, expected] of Object.entries(totals[name]!)) {
        const [metric, filter] = key.split(',');
        if (filter === undefined || typeof expected !== 'number') continue;
        if (metric!.endsWith('_stderr')) {
          const plain = metric!.slice(0, -'_stderr'.length);
          const error =
            metrics[`${task}.${filter === 'none' ? plain : `${plain},${filter}`}`]!.standardError!;
          expect(
            Math.abs(error / expected - 1) < 1e-4 || error === expected,
            `${key}: ${error}, expected ${expected}`,
          ).toBe(true);
        } else {
          const value = metrics[`${task}.${filter === 'none' ? metric : key}`]!.value;
          expect(
            Math.abs(value / expected - 1) < 1e-4 || value === expected,
            `${key}: ${value}, expected ${expected}`,
          ).toBe(true);
        }
      }
    },
  );
});
