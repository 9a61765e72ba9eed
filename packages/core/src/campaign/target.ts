import { z } from 'zod';

/** Names become file names, queue names and workflow ids. */
export const Name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'use letters, digits, ".", "_" and "-", at most 64, beginning with a letter or digit',
  );

export const OnnxRuntimeEngine = z.strictObject({
  kind: z.literal('onnxruntime'),
  provider: z.enum(['cpu', 'cuda', 'tensorrt', 'webgpu', 'dml', 'coreml']).default('cpu'),
  /** Threads inside an operator. Default: one per core that the process may use. */
  threads: z.int().positive().optional(),
  /** Requests that decode together; further ones wait their turn. Default: 32. */
  maxBatch: z.int().positive().optional(),
});
export type OnnxRuntimeEngine = z.infer<typeof OnnxRuntimeEngine>;

export const Engine = z.discriminatedUnion('kind', [OnnxRuntimeEngine]);
export type Engine = z.infer<typeof Engine>;

/** Hardware + engine + options where a model is measured. Has its own task queue. */
export const Target = z.strictObject({ id: Name, engine: Engine });
export type Target = z.infer<typeof Target>;
