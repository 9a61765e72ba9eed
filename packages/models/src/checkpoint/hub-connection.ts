import { realpath, rm, stat } from 'node:fs/promises';
import type * as hub from '@huggingface/hub';
import { QuantloopError } from '@quantloop/core';

/** Where and as whom to download. */
export interface HubOptions {
  /** Default: `HF_ENDPOINT`, else https://huggingface.co. */
  endpoint?: string;
  /** Default: `HF_TOKEN`, else anonymous. */
  token?: string;
  /** Default: the Hugging Face cache (`HF_HUB_CACHE`, `HF_HOME`), shared with the Python libraries. */
  cacheFolder?: string;
  signal?: AbortSignal;
}

/** Loaded on the first use: it takes 0.1 s, which every job that reads a tokenizer would pay. */
export const hubLibrary = (): Promise<typeof hub> => import('@huggingface/hub');

/** A transfer cut short must not stay in the cache, where it would pass for the whole file. */
export async function requireSize(file: string, size: number): Promise<void> {
  const found = (await stat(file)).size;
  if (found === size) return;
  await rm(await realpath(file), { force: true });
  await rm(file, { force: true });
  throw new Error(`${file} has ${found} bytes instead of ${size}`);
}

/** A request's common options. */
export function connection(options: HubOptions): {
  hubUrl?: string;
  accessToken?: string;
  fetch?: typeof fetch;
} {
  const endpoint = options.endpoint ?? process.env['HF_ENDPOINT'];
  const token = options.token ?? process.env['HF_TOKEN'];
  const { signal } = options;
  if (token && !token.startsWith('hf_')) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: 'HF_TOKEN is no token of the Hugging Face hub: it does not start with "hf_".',
      hint: 'Create a token in the settings of your account on the hub, or unset HF_TOKEN.',
    });
  }
  return {
    ...(endpoint ? { hubUrl: endpoint.replace(/\/+$/, '') } : {}),
    ...(token ? { accessToken: token } : {}),
    ...(signal ? { fetch: (input, init) => fetch(input, { ...init, signal }) } : {}),
  };
}

/** Turns what the hub answers into failures with a way out. */
export async function attempt<Result>(
  { repo, revision }: { repo: string; revision: string },
  { signal }: HubOptions,
  request: () => Promise<Result>,
): Promise<Result> {
  try {
    return await request();
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof QuantloopError) throw cause;
    const status = (cause as { statusCode?: number }).statusCode;
    if (status === 401 || status === 403 || status === 404) {
      throw new QuantloopError({
        code: 'invalid-spec',
        message: `The hub answers ${status} for hf:${repo}@${revision}.`,
        hint: 'Check name and revision; for what is private or gated set HF_TOKEN to a token with access.',
        cause,
      });
    }
    throw new QuantloopError({
      code: 'unreachable',
      message: `hf:${repo}@${revision} could not be downloaded: ${(cause as Error).message}`,
      hint: 'Check the network (HF_ENDPOINT names another hub), or download it by other means and give its folder.',
      cause,
    });
  }
}
