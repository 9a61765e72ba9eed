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

/** A command that serves a model folder. It is run without a shell, on a port of its own, and stopped with its children. */
export const LaunchedServer = z.strictObject({
  /** Program and arguments; `{folder}` and `{port}` are filled in. */
  command: z
    .array(z.string().min(1))
    .min(1)
    .refine((command) => command.some((part) => part.includes('{folder}')), 'needs {folder} in an argument')
    .refine((command) => command.some((part) => part.includes('{port}')), 'needs {port} in an argument'),
  /** Variables of its environment, beside those a job sees. */
  env: z.record(z.string(), z.string()).default({}),
  /** Prints the server's version, which results are kept under. Default: results outlive an update of the server. */
  version: z.array(z.string().min(1)).min(1).optional(),
  /** Seconds until it answers; loading a large model takes minutes. */
  readyWithin: z.number().positive().default(600),
});
export type LaunchedServer = z.infer<typeof LaunchedServer>;

/** Any server that speaks OpenAI's protocol: one that runs, or one launched for each model. */
export const OpenAiEngine = z
  .strictObject({
    kind: z.literal('openai'),
    /** Of a running server, up to and with `/v1`. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    launch: LaunchedServer.optional(),
    /** Name of the model in requests; `{folder}` is filled in. Default: the one model the server lists. */
    model: z.string().min(1).optional(),
    /** Variable with the key to send. Jobs see no others than `QUANTLOOP_…`. */
    apiKeyEnv: z
      .string()
      .regex(/^QUANTLOOP_[A-Z0-9_]+$/, 'a job sees only variables that begin with QUANTLOOP_')
      .optional(),
    /** Seconds that a request may take. */
    timeout: z.number().positive().default(600),
    /** Requests sent at a time where their number is free. */
    concurrency: z.int().positive().default(8),
  })
  .refine(({ url, launch }) => (url === undefined) !== (launch === undefined), {
    path: ['url'],
    error: 'give either the url of a running server or what to launch',
  });
export type OpenAiEngine = z.infer<typeof OpenAiEngine>;

export const Engine = z.discriminatedUnion('kind', [OnnxRuntimeEngine, OpenAiEngine]);
export type Engine = z.infer<typeof Engine>;

/** Hardware + engine + options where a model is measured. Has its own task queue. */
export const Target = z.strictObject({ id: Name, engine: Engine });
export type Target = z.infer<typeof Target>;
