import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAiEngine } from '@quantloop/core';
import { importModel } from '@quantloop/models';
import { serve } from '@quantloop/serve';

export const ONNX_RUNTIME = { kind: 'onnxruntime', provider: 'cpu', threads: 1 } as const;

/** A spec with its defaults. */
export const openAiSpec = (
  spec: Omit<Parameters<typeof OpenAiEngine.parse>[0] & object, 'kind'>,
): OpenAiEngine => OpenAiEngine.parse({ kind: 'openai', ...spec });

/** The demo model's folder, and `quantloop serve`'s server over it. */
export async function serveDemo(options: { maxQueue?: number } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'quantloop-openai-'));
  const folder = join(root, 'demo');
  await importModel({ source: 'builtin:demo', folder });
  const server = await serve({ ...options, folder, engine: ONNX_RUNTIME, port: 0 });
  return {
    folder,
    url: `${server.url}/v1`,
    async close() {
      await server.drain();
      await rm(root, { recursive: true });
    },
  };
}
