import { OnnxRuntimeEngine, QuantloopError } from '@quantloop/core';

export interface EngineFlags {
  provider: string;
  threads?: number;
  maxBatch?: number;
}

/** The engine that a command's flags ask for. */
export function parseEngine({ provider, threads, maxBatch }: EngineFlags): OnnxRuntimeEngine {
  const parsed = OnnxRuntimeEngine.safeParse({ kind: 'onnxruntime', provider, threads, maxBatch });
  if (parsed.success) return parsed.data;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `--provider ${provider}: ${parsed.error.issues[0]?.message ?? 'not known'}.`,
    hint: '`quantloop doctor` lists the providers of this machine.',
  });
}
