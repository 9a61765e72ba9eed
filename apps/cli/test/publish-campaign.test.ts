import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { expect, onTestFinished, test } from 'vitest';
import { readCampaignText } from '../src/campaign/campaign-text.ts';
import { prepareCampaign } from '../src/campaign/prepare-campaign.ts';

const CAMPAIGN = `
campaign: all-kinds
models: [{ id: tiny, source: builtin:demo }]
targets: [{ id: this-cpu, engine: { kind: onnxruntime, provider: cpu } }]
evaluation:
  fidelity:
    - { task: demo_agreement, limit: 10 }
    - { metric: kl-divergence, tokens: 100, text: { file: ./texts.jsonl } }
    - { metric: perplexity, convention: gptq, context: 64, text: { file: ./plain.txt } }
    - { metric: perplexity, convention: llama.cpp, text: { file: ./texts.jsonl } }
  performance: [{ scenario: single-stream, promptTokens: 8, newTokens: 4 }]
requirements: { metric: perplexity.gptq-64, maxIncrease: 5% }
objective: { minimize: perplexity.llama.cpp-512 }
search: { recipes: [{ method: rtn, bits: 8 }] }
`;

test('what every kind of check needs is in the store that the workers read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-publish-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
  await writeFile(join(folder, 'texts.jsonl'), '{"text":"one"}\n{"text":"two"}\n');
  await writeFile(join(folder, 'plain.txt'), 'one\n\ntwo\n');
  const { campaign, publish } = await prepareCampaign(await readCampaignText(join(folder, 'campaign.yaml')));
  await publish(join(folder, 'store'));
  const store = await openStore({ root: join(folder, 'store') });
  onTestFinished(() => store.close());
  const refs = campaign.fidelity.map((check) => (check.kind === 'task' ? check.bundle : check.text));
  expect(await Promise.all(refs.map((ref) => store.verify(ref)))).toEqual([true, true, true, true]);
  const streams = await Promise.all(
    refs.slice(2).map(async (ref) => Buffer.from(await store.readBytes(ref)).toString()),
  );
  expect(streams).toEqual(['one\n\n\n\n\ntwo\n', 'one\n\ntwo']);
});
