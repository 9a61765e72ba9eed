import { OpenAiEngine, QuantloopError } from '@quantloop/core';

export interface ServerFlags {
  /** Of a running server, up to and with `/v1`. */
  url: string;
  servedModel?: string;
  apiKeyEnv?: string;
}

/** The running server that a command's flags name. */
export function parseServer({ url, servedModel, apiKeyEnv }: ServerFlags): OpenAiEngine {
  const parsed = OpenAiEngine.safeParse({ kind: 'openai', url, model: servedModel, apiKeyEnv });
  if (parsed.success) return parsed.data;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    hint: 'Give --url up to and with /v1.',
  });
}
