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
    - prompts: { file: ./prompts.jsonl }
      newTokens: 16
      sampling: { temperature: 0.8, topP: 0.9 }
  performance: [{ scenario: single-stream, promptTokens: 8, newTokens: 4 }]
requirements:
  all:
    - { metric: perplexity.gptq-64, maxIncrease: 5% }
    - { metric: prompts.loops, maxIncrease: 0.1 }
    - { metric: prompts.sampled.identical, min: 0.2 }
objective: { minimize: perplexity.llama.cpp-512 }
search: { recipes: [{ method: rtn, bits: 8 }] }
`;

test('what every kind of check needs is in the store that the workers read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-publish-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
  await writeFile(join(folder, 'texts.jsonl'), '{"text":"one"}\n{"text":"two"}\n');
  await writeFile(
    join(folder, 'prompts.jsonl'),
    '{"prompt":"one"}\n{"prompt":[{"role":"user","content":"two"}]}\n',
  );
  await writeFile(join(folder, 'plain.txt'), 'one\n\ntwo\n');
  const { campaign, publish } = await prepareCampaign(await readCampaignText(join(folder, 'campaign.yaml')));
  await publish(join(folder, 'store'));
  const store = await openStore({ root: join(folder, 'store') });
  onTestFinished(() => store.close());
  const refs = campaign.fidelity.map((check) => (check.kind === 'task' ? check.bundle : check.text));
  expect(await Promise.all(refs.map((ref) => store.verify(ref)))).toEqual([true, true, true, true, true]);
  const streams = await Promise.all(
    refs.slice(2).map(async (ref) => Buffer.from(await store.readBytes(ref)).toString()),
  );
  expect(streams).toEqual([
    'one\n\n\n\n\ntwo\n',
    'one\n\ntwo',
    '{"prompt":"one"}\n{"prompt":[{"role":"user","content":"two"}]}\n',
  ]);
  expect(campaign.fidelity[4]).toMatchObject({
    kind: 'prompts',
    newTokens: 16,
    sampling: { temperature: 0.8, topP: 0.9 },
  });
});

test('prompts may stand in the campaign; what is wrong with a file of them is said with its place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-prompts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const prepared = async (prompts: string) => {
    const item = `- { prompts: ${prompts} }\n  performance:`;
    const text = CAMPAIGN.replace(/fidelity:[^]*?performance:/, `fidelity:\n    ${item}`)
      .replace(
        /requirements:[^]*?objective:/,
        'requirements: { metric: prompts.identical, min: 0.5 }\nobjective:',
      )
      .replace('perplexity.llama.cpp-512', 'model.bytes');
    await writeFile(join(folder, 'campaign.yaml'), text);
    return prepareCampaign(await readCampaignText(join(folder, 'campaign.yaml')));
  };
  const { campaign, dispose } = await prepared('[Hello, [{ role: user, content: Hi }]], chat: false');
  expect(campaign.fidelity).toMatchObject([{ kind: 'prompts', newTokens: 64, chat: false }]);
  await dispose();
  await writeFile(join(folder, 'prompts.jsonl'), '{"prompt":"one"}\n{"promt":"two"}\n');
  await expect(prepared('{ file: ./prompts.jsonl }')).rejects.toThrow(
    /fidelity\[0\]\.prompts .*prompts\.jsonl:2: no text or list of messages in the field "prompt"\. .*"promt"/,
  );
});
