import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import {
  PromptAnswers,
  type ArtifactRef,
  type Engine,
  type FidelityCheck,
  type Prompt,
  type Sampling,
} from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { importModel, loadTokenizer } from '@quantloop/models';
import { generateGreedy, openSession } from '@quantloop/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fidelityStage } from '../../../src/index.ts';
import { roundWeights } from '../../support/round-weights.ts';

const engine: Engine = { kind: 'onnxruntime', provider: 'cpu', threads: 2 };
const PROMPTS: Prompt[] = [
  '12+7=',
  '3+4=',
  'Once upon a time',
  'The cat',
  'A small house',
  'the ',
  '9-5=',
  'x',
];
const SAMPLING: Sampling = { temperature: 0.9, topK: 40, topP: 0.95, seed: 11 };

let root: string;
let folder: string;
let store: Store;
let model: ArtifactRef;
let damaged: ArtifactRef;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quantloop-prompts-'));
  store = await openStore({ root: join(root, 'store') });
  ({ folder } = await importModel({ source: 'builtin:demo', folder: join(root, 'model') }));
  model = await store.putFolder(folder);
  damaged = await changed('damaged', async (copy) => {
    // As a coarse quantizer would: every weight to a multiple of 1/8.
    await roundWeights(copy, 8);
  });
});

afterAll(async () => {
  await store.close();
  await rm(root, { recursive: true, force: true });
});

async function changed(name: string, change: (copy: string) => Promise<void>): Promise<ArtifactRef> {
  const copy = join(root, name);
  await cp(folder, copy, { recursive: true });
  await change(copy);
  return store.putFolder(copy);
}

async function checkOf(
  prompts: readonly Prompt[],
  how: { newTokens?: number; sampling?: Sampling; chat?: false } = {},
): Promise<FidelityCheck> {
  const lines = prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join('');
  const text = await store.putBytes(new TextEncoder().encode(lines), 'application/jsonl');
  return { kind: 'prompts', newTokens: 24, text, ...how };
}

async function asked(of: ArtifactRef, check: FidelityCheck, items?: ArtifactRef, seed = 0) {
  const input = { model: of, checks: [check], engine, seed };
  const whole = { ...input, ...(items !== undefined && { baseline: { items } }) };
  const { output } = await runStage(fidelityStage, whole, { store });
  const { answers } = PromptAnswers.parse(await store.readJson(output.answers!));
  return { output, answers };
}

test('sets the answers of a damaged model beside the baseline’s', async () => {
  const check = await checkOf(PROMPTS, { sampling: SAMPLING });
  const baseline = await asked(model, check);
  const { output, answers } = await asked(damaged, check, baseline.output.items);

  expect(answers.map(({ prompt }) => prompt)).toEqual(PROMPTS);
  for (const way of ['greedy', 'sampled'] as const) {
    for (const [i, one] of answers.entries()) {
      const own = one[way]!;
      const theirs = baseline.answers[i]![way]!;
      const differs = own.tokens.findIndex((token, at) => token !== theirs.tokens[at]);
      const first = differs === -1 ? own.tokens.length : differs;
      const same = own.tokens.join() === theirs.tokens.join();
      expect(own.difference?.token).toBe(same ? undefined : first);
      expect(theirs.difference).toBeUndefined();
    }
  }
  const prefixes = ['prompts', 'prompts.sampled'];
  const faults = ['empty', 'loops', 'off_script', 'truncated'];
  const names = prefixes.flatMap((prefix) => [...faults, 'identical'].map((name) => `${prefix}.${name}`));
  expect(Object.keys(output.metrics).sort()).toEqual(names.sort());
  expect(baseline.output.metrics['prompts.identical']).toMatchObject({ value: 1, n: 0 });
  const identical = answers.filter(({ greedy }) => greedy.difference === undefined).length;
  expect(output.metrics['prompts.identical']).toMatchObject({ value: identical / 8, n: 8 });
  expect(identical).toBeLessThan(8);
  const share = (of: typeof answers) =>
    of.filter(({ greedy }) => greedy.faults.includes('truncated')).length / 8;
  expect(output.metrics['prompts.truncated']!.versusBaseline).toMatchObject({
    difference: { value: share(answers) - share(baseline.answers) },
    pairs: 8,
    test: 'mcnemar',
  });
});

test('the greedy answer is the model’s own, and a model beside itself is identical', async () => {
  const check = await checkOf(PROMPTS);
  const baseline = await asked(model, check);
  const tokenizer = await loadTokenizer(folder);
  const session = await openSession({ folder, engine });
  const alone = await generateGreedy({
    session,
    prompts: [tokenizer.encode(PROMPTS[0] as string)],
    maxNewTokens: 24,
    eosIds: tokenizer.eosIds,
  });
  await session.release();
  expect(baseline.answers[0]!.greedy.tokens).toEqual(alone[0]);
  expect(baseline.answers[0]!.greedy.text).toBe(tokenizer.decode(alone[0]!));
  const again = await asked(model, check, baseline.output.items);
  expect(again.output.metrics['prompts.identical']).toMatchObject({ value: 1, n: 8 });
});

test('equal seeds draw equal answers in another store, other seeds others', async () => {
  const ask = async (sampling: Sampling, seed: number) => {
    const check = await checkOf(PROMPTS, { sampling });
    const elsewhere = await mkdtemp(join(root, 'store-'));
    const fresh = await openStore({ root: elsewhere });
    if (check.kind !== 'prompts') throw new Error('asks prompts');
    const text = await fresh.putFile(await store.file(check.text), check.text.mediaType);
    const input = { model: await fresh.putFolder(folder), checks: [{ ...check, text }], engine, seed };
    const { output } = await runStage(fidelityStage, input, { store: fresh });
    const { answers } = PromptAnswers.parse(await fresh.readJson(output.answers!));
    await fresh.close();
    return answers.map(({ sampled }) => sampled!.tokens);
  };
  const { seed: _, ...unseeded } = SAMPLING;
  const first = await ask(SAMPLING, 0);
  expect(await ask(SAMPLING, 1)).toEqual(first);
  expect(await ask({ ...SAMPLING, seed: 12 }, 0)).not.toEqual(first);
  // The campaign's seed where none is written.
  expect(await ask(unseeded, 11)).toEqual(first);
});

test('asks in the chat template where the tokenizer has one, unless texts are to be continued', async () => {
  const template =
    '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}me:{% endif %}';
  const chatty = await changed('chatty', (copy) => writeFile(join(copy, 'chat_template.jinja'), template));
  const talk: Prompt = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: '3+4=' },
  ];
  const chat = await asked(chatty, await checkOf(['12+7=', talk]));
  expect(chat.answers.map(({ prompt }) => prompt)).toEqual([
    'user: 12+7=\nme:',
    'system: Be kind.\nuser: 3+4=\nme:',
  ]);
  expect(chat.output.provenance['prompts.chat_template']).toBe(true);
  const plain = await asked(chatty, await checkOf(['12+7=', talk], { chat: false }));
  expect(plain.answers.map(({ prompt }) => prompt)).toEqual(['12+7=', 'system: Be kind.\nuser: 3+4=\nme:']);
  const bare = await asked(model, await checkOf(['12+7=']));
  expect(plain.answers[0]!.greedy).toEqual(bare.answers[0]!.greedy);
  expect(chat.answers[0]!.greedy.tokens).not.toEqual(bare.answers[0]!.greedy.tokens);
});

test('says what cannot be asked', async () => {
  await expect(asked(model, await checkOf(['a', [{ role: 'user', content: 'b' }]]))).rejects.toMatchObject({
    code: 'invalid-spec',
    message: expect.stringContaining('prompt 2 is a conversation'),
  });
  await expect(asked(model, await checkOf(['a '.repeat(5000)]))).rejects.toMatchObject({
    code: 'invalid-spec',
    message: expect.stringMatching(/prompt 1 has \d+ tokens/),
  });
  const baseline = await asked(model, await checkOf(['a']));
  await expect(asked(damaged, await checkOf(['b']), baseline.output.items)).rejects.toMatchObject({
    code: 'invalid-spec',
    message: 'prompts: the baseline was not asked these prompts in this way',
  });
});
