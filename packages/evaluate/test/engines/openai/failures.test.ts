import { demoModelFolder } from '@quantloop/models';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENGINES } from '../../../src/index.ts';
import { httpServer } from './http-server.ts';
import { openAiSpec } from './served-demo.ts';

const folder = demoModelFolder();
const answer = { choices: [{ text: ' and', finish_reason: 'length' }] };
const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const piece = (text: string) => event({ choices: [{ text }] });
const request = { prompt: Int32Array.of(5, 6), newTokens: 3 };

const open = (url: string, spec: object = {}) =>
  ENGINES.openai.open({ folder, spec: openAiSpec({ url, ...spec }) });

beforeAll(() => {
  process.env.QUANTLOOP_TEST_KEY = 'secret';
});
afterAll(() => {
  delete process.env.QUANTLOOP_TEST_KEY;
});

test('waits as long as a 429 says, then asks again', async () => {
  const times: number[] = [];
  const { url } = await httpServer((_, response, count) => {
    times.push(performance.now());
    if (count > 1) return answer;
    response.writeHead(429, { 'retry-after': '1' });
    return { error: { message: 'slow down' } };
  });
  await open(url);
  expect(times).toHaveLength(2);
  expect(times[1]! - times[0]!).toBeGreaterThan(950);
});

test('asks again after a 500, and gives up at the fifth', async () => {
  const { url, asked } = await httpServer((_, response, count) => {
    if (count !== 2) response.writeHead(500);
    return count === 2 ? answer : { error: { message: 'CUDA error' } };
  });
  const model = await open(url);
  expect(asked).toHaveLength(2);
  await expect(model.generate(request)).rejects.toMatchObject({
    code: 'worker-lost',
    message: '/completions: the server answered 500: CUDA error',
  });
  expect(asked).toHaveLength(7);
});

test.for([
  { status: 401, spec: {}, hint: 'engine.apiKeyEnv' },
  { status: 401, spec: { apiKeyEnv: 'QUANTLOOP_TEST_KEY' }, hint: 'QUANTLOOP_TEST_KEY holds the right key' },
  { status: 400, spec: {}, hint: 'what the server says' },
])('does not ask again after $status ($spec)', async ({ status, spec, hint }) => {
  const { url, asked } = await httpServer((_, response) => {
    response.writeHead(status);
    return 'no';
  });
  const error = await open(url, spec).catch((failure: unknown) => failure);
  expect(error).toMatchObject({
    code: 'invalid-spec',
    message: expect.stringContaining(`${status}: no`),
    hint: expect.stringContaining(hint),
  });
  expect(JSON.stringify(error)).not.toContain('secret');
  // Once with fields of vLLM's, once without.
  expect(asked).toHaveLength(2);
  expect(asked[0]!.headers.authorization).toBe('apiKeyEnv' in spec ? 'Bearer secret' : undefined);
});

test('leaves out fields that a server refuses', async () => {
  const { url, asked } = await httpServer(({ body }, response) => {
    if (!('return_token_ids' in body)) {
      return body.stream === true ? `${piece('a')}${piece('b')}${piece('c')}data: [DONE]\n\n` : answer;
    }
    response.writeHead(400);
    return { error: { message: 'extra fields not permitted' } };
  });
  const { arrivals } = await (await open(url)).generate(request);
  expect(arrivals).toHaveLength(3);
  expect(asked.at(-1)!.body).not.toHaveProperty('return_token_ids');
});

test('counts tokens by the usage where events hold several', async () => {
  const { url } = await httpServer(({ body }) =>
    body.stream === true
      ? `${piece('a')}${piece('bc')}${event({ choices: [], usage: { completion_tokens: 3 } })}data: [DONE]\n\n`
      : answer,
  );
  const { arrivals } = await (await open(url)).generate(request);
  expect(arrivals).toHaveLength(3);
  expect(arrivals[1]).toBe(arrivals[2]);
});

test.for([
  { stream: `${piece('a')}${piece('b')}`, message: /broke off before its end/ },
  { stream: `${piece('a')}data: {"choices"`, message: /broke off before its end/ },
  { stream: `${piece('a')}${event({ error: { message: 'out of memory' } })}`, message: /out of memory/ },
])('begins a stream anew that ends in $message, and gives up', async ({ stream, message }) => {
  const { url, asked } = await httpServer(({ body }) => (body.stream === true ? stream : answer));
  const model = await open(url);
  await expect(model.generate(request)).rejects.toMatchObject({
    code: 'worker-lost',
    message: expect.stringMatching(message),
  });
  expect(asked).toHaveLength(6);
});

test('begins a stream anew that is cut in the middle of a connection', async () => {
  const { url } = await httpServer(({ body }, response, count) => {
    if (body.stream !== true) return answer;
    if (count > 2) return `${piece('a')}${piece('b')}${piece('c')}data: [DONE]\n\n`;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(piece('a'), () => response.destroy());
    return undefined;
  });
  expect((await (await open(url)).generate(request)).arrivals).toHaveLength(3);
});

test('a server that ends early is told from one that is slow', async () => {
  const { url } = await httpServer(({ body }) =>
    body.stream === true
      ? `${piece('a')}${event({ choices: [], usage: { completion_tokens: 1 } })}data: [DONE]\n\n`
      : answer,
  );
  await expect((await open(url)).generate(request)).rejects.toMatchObject({
    code: 'unsupported',
    message: 'the server generated 1 tokens where 3 were asked for with ignore_eos',
  });
});

test('waits no longer than the time-out', async () => {
  const { url } = await httpServer(() => undefined);
  await expect(open(url, { timeout: 0.1 })).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('no whole answer within 0.1 s'),
  });
});

test('a server that is not there is named', async () => {
  await expect(open('http://127.0.0.1:9/v1')).rejects.toMatchObject({
    code: 'worker-lost',
    message: expect.stringMatching(/\(http:\/\/127\.0\.0\.1:9\/v1\)/),
  });
});

test('what is not OpenAI’s protocol is told', async () => {
  const { url } = await httpServer(() => '<html>Hello</html>');
  await expect(open(url)).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('<html>'),
  });
});
