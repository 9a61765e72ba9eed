import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importModel } from '@quantloop/models';
import { serve, type RunningServer, type ServeOptions } from '@quantloop/serve';
import OpenAI from 'openai';

/** What a conversation looks like in these tests: the demo model was not made for any. */
export const CHAT_TEMPLATE =
  "{{ bos_token }}{% for m in messages %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";

export const ENGINE = { kind: 'onnxruntime', provider: 'cpu', threads: 1 } as const;

/** The demo model in a folder of its own; `chat` gives it a chat template. */
export async function demoFolder(
  options: { chat?: boolean } = {},
): Promise<{ folder: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'quantloop-serve-'));
  const folder = join(root, 'demo');
  await importModel({ source: 'builtin:demo', folder });
  if (options.chat === true) {
    const file = join(folder, 'tokenizer_config.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...config, chat_template: CHAT_TEMPLATE }));
  }
  return { folder, remove: () => rm(root, { recursive: true }) };
}

export interface DemoServer extends RunningServer {
  client: OpenAI;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  health(): Promise<{ running: number; waiting: number }>;
}

export async function startServer(
  options: Omit<ServeOptions, 'engine' | 'port'> & { maxBatch?: number },
): Promise<DemoServer> {
  const server = await serve({
    ...options,
    engine: options.maxBatch === undefined ? ENGINE : { ...ENGINE, maxBatch: options.maxBatch },
    port: 0,
  });
  const authorization = `Bearer ${options.apiKey ?? 'none'}`;
  return {
    ...server,
    client: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: options.apiKey ?? 'none', maxRetries: 0 }),
    post: (path, body, headers = {}) =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    health: async () =>
      (await (await fetch(`${server.url}/health`)).json()) as { running: number; waiting: number },
  };
}
