import { loadTokenizer, type ModelTokenizer } from '@quantloop/models';
import { generateGreedy, openSession, scoreSequences, type DecoderSession } from '@quantloop/runtime';
import type { Completion } from 'openai/resources/completions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoFolder, ENGINE, startServer, type DemoServer } from './demo-server.ts';

const PROMPT = 'Once upon a time there was a';
let server: DemoServer;
let session: DecoderSession;
let tokenizer: ModelTokenizer;
let remove: () => Promise<void>;

beforeAll(async () => {
  const demo = await demoFolder({ chat: true });
  remove = demo.remove;
  tokenizer = await loadTokenizer(demo.folder);
  session = await openSession({ folder: demo.folder, engine: ENGINE });
  server = await startServer({ folder: demo.folder });
});
afterAll(async () => {
  await server.drain();
  await session.release();
  await remove();
});

const greedy = { model: 'demo', temperature: 0 };

async function greedyTokens(prompt: number[], maxNewTokens: number): Promise<number[]> {
  const [tokens] = await generateGreedy({
    session,
    prompts: [prompt],
    maxNewTokens,
    eosIds: tokenizer.eosIds,
  });
  return tokens!;
}

describe('completions', () => {
  test('are what the model itself generates, whole and streamed', async () => {
    const prompt = tokenizer.encode(PROMPT);
    const tokens = await greedyTokens(prompt, 24);
    const text = tokenizer.decode([...prompt, ...tokens]).slice(tokenizer.decode(prompt).length);
    const whole = await server.client.completions.create({ ...greedy, prompt: PROMPT, max_tokens: 24 });
    expect(whole.choices[0]).toMatchObject({ text, index: 0, finish_reason: 'length', logprobs: null });
    expect(whole.usage).toEqual({
      prompt_tokens: prompt.length,
      completion_tokens: 24,
      total_tokens: prompt.length + 24,
    });

    const events = await server.client.completions.create({
      ...greedy,
      prompt: PROMPT,
      max_tokens: 24,
      stream: true,
      stream_options: { include_usage: true },
    });
    const parts: Completion[] = [];
    for await (const event of events) parts.push(event);
    expect(parts.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(text);
    // One event a token, and the counts.
    expect(parts).toHaveLength(25);
    expect(parts.at(-2)!.choices[0]!.finish_reason).toBe('length');
    expect(parts.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
  });

  test('with echo and max_tokens 0 score the prompt as the scorer does', async () => {
    const tokens = tokenizer.encode('The cat sat on the mat.');
    const [scored] = await scoreSequences({ session, sequences: [{ tokens, from: 1 }] });
    const { choices } = await server.client.completions.create({
      ...greedy,
      prompt: tokens,
      max_tokens: 0,
      echo: true,
      logprobs: 2,
    });
    const logprobs = choices[0]!.logprobs!;
    expect(logprobs.token_logprobs![0]).toBeNull();
    expect(logprobs.top_logprobs![0]).toBeNull();
    logprobs.token_logprobs!.slice(1).forEach((value, i) => {
      expect(Math.abs(value - scored!.logProbabilities[i]!)).toBeLessThan(1e-4);
      const top = Object.entries(logprobs.top_logprobs![i + 1]!);
      expect(top.length).toBeLessThanOrEqual(3);
      expect(top).toContainEqual([logprobs.tokens![i + 1], value]);
    });
    expect(logprobs.tokens).toHaveLength(tokens.length);
    expect(logprobs.text_offset![2]).toBe(logprobs.tokens![0]!.length + logprobs.tokens![1]!.length);
    expect(choices[0]!.text).toBe('The cat sat on the mat.');
  });

  test('take texts, token ids and lists of both, with n answers to each', async () => {
    const ids = ['One day', 'The sun'].map((text) => tokenizer.encode(text));
    const ask = async (prompt: string[] | number[][] | number[], n = 1) =>
      (await server.client.completions.create({ ...greedy, prompt, n, max_tokens: 5 })).choices;
    const texts = (await ask(['One day', 'The sun'])).map(({ text }) => text);
    expect((await ask(ids)).map(({ text }) => text)).toEqual(texts);
    expect((await ask(ids[1]!)).map(({ text }) => text)).toEqual([texts[1]]);
    const twice = await ask(['One day', 'The sun'], 2);
    expect(twice.map(({ text, index }) => [index, text])).toEqual([
      [0, texts[0]],
      [1, texts[0]],
      [2, texts[1]],
      [3, texts[1]],
    ]);
  });

  test('end before a stop string that two tokens make up', async () => {
    const free = await server.client.completions.create({ ...greedy, prompt: PROMPT, max_tokens: 20 });
    const { text } = free.choices[0]!;
    const stop = text.slice(7, 12);
    const cut = await server.client.completions.create({ ...greedy, prompt: PROMPT, max_tokens: 20, stop });
    expect(cut.choices[0]).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finish_reason: 'stop' });
    expect(cut.usage!.completion_tokens).toBeLessThan(20);
  });

  test('drawn at random repeat with their seed and differ among n', async () => {
    const draw = async (seed: number) =>
      (
        await server.client.completions.create({
          model: 'demo',
          prompt: PROMPT,
          max_tokens: 12,
          temperature: 1.2,
          top_p: 0.95,
          seed,
          n: 3,
        })
      ).choices.map(({ text }) => text);
    const texts = await draw(5);
    expect(await draw(5)).toEqual(texts);
    expect(new Set(texts).size).toBeGreaterThan(1);
  });

  test('with a penalty repeat themselves less', async () => {
    const distinct = async (frequency_penalty: number) => {
      const response = await server.post('/v1/completions', {
        ...greedy,
        prompt: 'a a a a a a a a',
        max_tokens: 40,
        frequency_penalty,
        ignore_eos: true,
        return_token_ids: true,
      });
      const { choices } = (await response.json()) as { choices: { token_ids: number[] }[] };
      expect(choices[0]!.token_ids).toHaveLength(40);
      return new Set(choices[0]!.token_ids).size;
    };
    expect(await distinct(2)).toBeGreaterThan(await distinct(0));
  });
});

describe('chat', () => {
  const messages = [{ role: 'user' as const, content: 'Tell me a story' }];

  test('is the completion of the conversation as the template writes it', async () => {
    const chat = await server.client.chat.completions.create({ ...greedy, messages, max_tokens: 10 });
    const prompt = tokenizer.encode('<s>user: Tell me a story\nassistant:', { addSpecialTokens: false });
    const plain = await server.client.completions.create({ ...greedy, prompt, max_tokens: 10 });
    expect(chat.choices[0]!.message).toEqual({ role: 'assistant', content: plain.choices[0]!.text });
    expect(chat.usage!.prompt_tokens).toBe(prompt.length);
  });

  test('streams, with log-probabilities', async () => {
    const options = { ...greedy, messages, max_completion_tokens: 6, logprobs: true, top_logprobs: 2 };
    const whole = await server.client.chat.completions.create(options);
    const content = whole.choices[0]!.logprobs!.content!;
    expect(content).toHaveLength(6);
    expect(content[0]!.top_logprobs[0]!.token).toBe(content[0]!.token);
    const stream = server.client.chat.completions.stream({ ...options, stream: true });
    expect((await stream.finalChatCompletion()).choices[0]!.message.content).toBe(
      whole.choices[0]!.message.content,
    );
  });
});

test('lists its model', async () => {
  const models = await server.client.models.list();
  expect(models.data).toMatchObject([{ id: 'demo', owned_by: 'quantloop', max_model_len: 512 }]);
});

test.for([
  { body: '{', status: 400, message: 'JSON' },
  { body: [], status: 400, message: 'The body' },
  { body: { ...greedy }, status: 400, param: 'prompt' },
  { body: { ...greedy, prompt: 'a', temperature: -1 }, status: 400, param: 'temperature' },
  { body: { ...greedy, prompt: 'a', logit_bias: { 1: 5 } }, status: 400, param: 'logit_bias' },
  {
    body: { ...greedy, prompt: 'a', stream_options: { usage: true } },
    status: 400,
    param: 'stream_options.usage',
  },
  { body: { ...greedy, prompt: [1e9] }, status: 400, message: 'vocabulary' },
  { body: { ...greedy, prompt: 'a', model: 'gpt-4' }, status: 404, param: 'model', message: '"demo"' },
  { body: { ...greedy, prompt: 'a', max_tokens: 600 }, status: 400, param: 'prompt', message: '512' },
])('refuses $body', async ({ body, status, param, message }) => {
  const response = await server.post('/v1/completions', body);
  expect(response.status).toBe(status);
  const { error } = (await response.json()) as {
    error: { message: string; type: string; param: string | null };
  };
  expect(error.type).toBe('invalid_request_error');
  expect(error.param).toBe(param ?? null);
  expect(error.message).toContain(message ?? param);
});

test('refuses what it has no route or type for', async () => {
  expect((await server.post('/v1/embeddings', {})).status).toBe(404);
  expect((await server.post('/v1/completions', 'a', { 'content-type': 'text/html' })).status).toBe(415);
});
