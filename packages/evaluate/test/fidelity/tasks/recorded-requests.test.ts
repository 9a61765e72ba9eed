import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleTask } from '../../../src/index.ts';
import { readTaskData } from '../../../src/fidelity/tasks/data/task-data.ts';
import { loadTask, type LoadedTask } from '../../../src/fidelity/tasks/load-task.ts';
import { countBytes, countWords } from '../../../src/fidelity/tasks/python-text.ts';
import { questionOf } from '../../../src/fidelity/tasks/question.ts';

type Arguments = [string] | [string, string | { until: string[] }];

interface RecordedTask {
  task: string;
  file: string | null;
  fewShot: number | null;
  documents: {
    /** What lm-eval asks: contexts and continuations, or a shared context and its continuations. */
    arguments?: Arguments[];
    context?: string;
    continuations?: string[];
    loglikelihoods?: number[];
    results?: Record<string, number | [number, number]>;
  }[];
}

interface Recorded {
  data: Record<string, Record<string, Record<string, unknown>[]>>;
  recorded: RecordedTask[];
}

const { data, recorded } = JSON.parse(
  await readFile(new URL('recorded-requests.json', import.meta.url), 'utf8'),
) as Recorded;
const files = new URL('files/', import.meta.url).pathname;

let root: string;
let store: Store;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-requests-'));
  store = await openStore({ root: join(root, 'store') });
  for (const [name, splits] of Object.entries(data)) {
    await mkdir(join(root, name));
    for (const [split, rows] of Object.entries(splits)) {
      await writeFile(
        join(root, name, `${split}.jsonl`),
        rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      );
    }
  }
});
afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true });
});

/** What a model will be asked about a document, as lm-eval lists it. */
function requestsOf(
  task: LoadedTask,
  document: Record<string, unknown>,
  id: number,
  shots: object[],
): Arguments[] {
  const { definition, fields } = task;
  const examples = shots as Record<string, unknown>[];
  if (definition.output_type === 'multiple_choice') {
    const { pairs } = questionOf(task, document, id, examples);
    return pairs.map(({ context, continuation }) => [context, continuation]);
  }
  const target = String(fields.target(document, id));
  if (definition.output_type === 'loglikelihood_rolling') return [[target]];
  const prompt = String(task.prompt(document, id, examples));
  if (definition.output_type === 'loglikelihood') return [[prompt, target]];
  return [[prompt, { until: definition.generation_kwargs.until! }]];
}

test.for(
  recorded.map((one) => [`${one.task}, ${one.fewShot ?? 'its own number of'} examples`, one] as const),
)('%s: asks what lm-eval asks', async ([, { task: name, file, fewShot, documents: expected }]) => {
  const { bundle, documents: count } = await bundleTask({
    nameOrPath: file === null ? name : join(files, file),
    store,
    data: Object.fromEntries(
      Object.keys(data[name]!).map((split) => [split, join(root, name, `${split}.jsonl`)]),
    ),
    ...(fewShot === null ? {} : { fewShot }),
  });
  expect(count).toEqual([expected.length]);
  const task = await loadTask(join(await store.folder(bundle), 'task.yaml'));
  const { documents, shots } = await readTaskData(task, { limit: null });
  for (const [id, document] of documents.entries()) {
    const { arguments: asked, context, continuations = [], results, loglikelihoods } = expected[id]!;
    const requests = asked ?? continuations.map((one): Arguments => [context!, one]);
    const ours = requestsOf(task, document, id, shots[id]!);
    expect(ours, `document ${id}`).toEqual(
      requests.map(([first, second]) =>
        typeof second === 'object'
          ? [first, { until: second.until }]
          : second === undefined
            ? [first]
            : [first, second],
      ),
    );
    if (results?.['word_perplexity'] !== undefined) {
      const counted =
        task.results !== undefined && 'counted' in task.results
          ? task.results.counted(document)
          : ours[0]![0];
      expect([countWords(counted), countBytes(counted)]).toEqual([
        (results['word_perplexity'] as [number, number])[1],
        (results['byte_perplexity'] as [number, number])[1],
      ]);
    } else if (results !== undefined && task.results !== undefined && 'choices' in task.results) {
      expect(task.results.choices(document, loglikelihoods!)['acc']).toBeCloseTo(
        results['acc'] as number,
        12,
      );
    } else if (results !== undefined) {
      const { choices, gold } = questionOf(task, document, id, shots[id]!);
      const values = await task.judge.values('multiple_choice', {
        document,
        choices,
        gold,
        loglikelihoods: loglikelihoods!,
        greedy: choices.map(() => false),
      });
      expect(values).toMatchObject(results);
    }
  }
});
