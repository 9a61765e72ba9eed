import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { runStage } from '@quantloop/jobs';
import { importModel } from '@quantloop/models';
import { expect, onTestFinished, test } from 'vitest';
import { bundleTask, fidelityStage } from '../../../src/index.ts';

test('a worker refuses a check that runs programs unless the check itself says they may be run', async () => {
  const root = await mkdtemp(join(tmpdir(), 'quantloop-consent-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const store = await openStore({ root: join(root, 'store') });
  onTestFinished(() => store.close());
  const { folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'model') });
  const file = join(root, 'code.yaml');
  await writeFile(join(root, 'data.jsonl'), '{"q": "1+1=", "a": "assert True"}\n');
  await writeFile(
    file,
    JSON.stringify({
      task: 'code',
      dataset_path: 'json',
      dataset_kwargs: { data_files: { test: 'data.jsonl' } },
      test_split: 'test',
      doc_to_text: '{{q}}',
      doc_to_target: '{{a}}',
      generation_kwargs: { max_gen_toks: 8 },
      metric_list: [{ metric: 'pass_at_1' }],
    }),
  );
  const { name, bundle } = await bundleTask({ nameOrPath: file, store, runUnsafeCode: true });
  const input = {
    model: await store.putFolder(folder),
    checks: [{ kind: 'task' as const, name, bundle, limit: null }],
    engine: { kind: 'onnxruntime' as const, provider: 'cpu' as const, threads: 1 },
    seed: 0,
  };
  await expect(runStage(fidelityStage, input, { store })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('runs programs that the model writes') as string,
  });
  const agreed = { ...input, checks: [{ ...input.checks[0]!, runUnsafeCode: true as const }] };
  const { output } = await runStage(fidelityStage, agreed, { store });
  expect(output.metrics['code.pass_at_1']).toMatchObject({ n: 1, convention: 'lm-eval' });
});
