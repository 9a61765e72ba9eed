import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demoFolder, startServer } from '../demo-server.ts';

let folder: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, remove } = await demoFolder());
});
afterAll(() => remove());

const long = { model: 'demo', prompt: 'One day', max_tokens: 500, ignore_eos: true, stream: true };

test('asks for the key, and listens on this machine alone', async () => {
  const server = await startServer({ folder, apiKey: 'secret' });
  try {
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    expect((await server.client.models.list()).data).toHaveLength(1);
    for (const authorization of ['Bearer wrong', 'secret', '']) {
      const response = await server.post('/v1/completions', long, { authorization });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
    }
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  } finally {
    await server.drain();
  }
});

test('refuses a body that is too large', async () => {
  const server = await startServer({ folder, maxBody: 1000 });
  try {
    const response = await server.post('/v1/completions', { ...long, prompt: 'a'.repeat(1000) });
    expect(response.status).toBe(413);
  } finally {
    await server.drain();
  }
});

test('stops generating when the client leaves, and turns requests away while the queue is full', async () => {
  const server = await startServer({ folder, maxBatch: 1, maxQueue: 1 });
  try {
    const leave = new AbortController();
    const start = () =>
      fetch(`${server.url}/v1/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(long),
        signal: leave.signal,
      });
    const first = await start();
    const reader = first.body!.getReader();
    await reader.read();
    const second = start();
    second.catch(() => {});
    await vi.waitFor(async () => expect(await server.health()).toMatchObject({ running: 1, waiting: 1 }));

    const refused = await server.post('/v1/completions', long);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } });

    leave.abort();
    await vi.waitFor(async () => expect(await server.health()).toMatchObject({ running: 0, waiting: 0 }), {
      // 500 tokens would take longer.
      timeout: 300,
    });
  } finally {
    await server.drain();
  }
});

test('drains: what has begun is answered, nothing new is taken', async () => {
  const server = await startServer({ folder });
  const response = await server.post('/v1/completions', { ...long, max_tokens: 200 });
  const draining = server.drain();
  const text = await response.text();
  expect(text.trim().split('\n\n')).toHaveLength(201);
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  await draining;
  await expect(fetch(`${server.url}/health`)).rejects.toThrow();
});

test('a model that has no chat template is not given conversations', async () => {
  const server = await startServer({ folder });
  try {
    const asked = server.client.chat.completions.create({
      model: 'demo',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    await expect(asked).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('no chat template'),
    });
  } finally {
    await server.drain();
  }
});

test('an address that cannot be listened on is told', async () => {
  const server = await startServer({ folder });
  try {
    const { serve } = await import('@quantloop/serve');
    const { ENGINE } = await import('../demo-server.ts');
    await expect(
      serve({ folder, engine: ENGINE, port: Number(new URL(server.url).port) }),
    ).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringContaining('EADDRINUSE'),
    });
  } finally {
    await server.drain();
  }
});
