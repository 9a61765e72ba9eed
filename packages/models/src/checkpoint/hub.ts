import { realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ListFileEntry } from '@huggingface/hub';
import { QuantloopError } from '@quantloop/core';
import { chooseOnnx } from '../import/onnx-files.ts';

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

export interface HubSource {
  repo: string;
  revision: string;
}

/**
 * Parses `hf:org/name` or `hf:org/name@revision` (default `main`).
 *
 * @throws QuantloopError `invalid-spec`
 */
export function parseHubSource(source: string): HubSource {
  const match = /^hf:(\w[\w.-]*\/\w[\w.-]*)(?:@([^\s@]+))?$/.exec(source);
  if (match !== null) return { repo: match[1]!, revision: match[2] ?? 'main' };
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `"${source}" is not a model on the hub.`,
    hint: 'Write hf:organisation/name or hf:organisation/name@revision, with a branch, tag or commit.',
  });
}

/** Loaded on the first use: it takes 0.1 s, which every job that reads a tokenizer would pay. */
const hubLibrary = () => import('@huggingface/hub');

const COMMIT = /^[0-9a-f]{40}$/;

/** The commit a branch or tag stands for now; a commit stands for itself and needs no network. */
export async function resolveCommit(source: HubSource, options: HubOptions = {}): Promise<string> {
  if (COMMIT.test(source.revision)) return source.revision;
  const { modelInfo } = await hubLibrary();
  const request = { name: source.repo, revision: source.revision, additionalFields: ['sha' as const] };
  const { sha } = await attempt(source, options, () => modelInfo({ ...request, ...connection(options) }));
  return sha;
}

/**
 * Downloads what an import reads of a model — configuration, tokenizer, and the safetensors weights, or the ONNX model
 * where there are none — into the Hugging Face cache. Files that are there already are not fetched again.
 *
 * @returns the folder of the snapshot
 * @throws QuantloopError `invalid-spec` for a model or revision that does not exist or needs a token,
 * `store-unavailable` when the hub cannot be reached
 */
export async function downloadModel(
  source: HubSource,
  options: HubOptions & { onProgress?: (progress: { done: number; total: number }) => void } = {},
): Promise<string> {
  const revision = await resolveCommit(source, options);
  const { downloadFileToCacheDir, listFiles } = await hubLibrary();
  const common = { repo: source.repo, revision, ...connection(options) };
  return attempt(source, options, async () => {
    const entries: ListFileEntry[] = [];
    for await (const entry of listFiles({ ...common, recursive: true })) {
      if (entry.type === 'file') entries.push(entry);
    }
    const wanted = neededFiles(entries);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    let folder: string | undefined;
    for (const { path, size } of wanted) {
      const cache = options.cacheFolder === undefined ? {} : { cacheDir: options.cacheFolder };
      const file = await downloadFileToCacheDir({ ...common, ...cache, path });
      await requireSize(file, size);
      if (!path.includes('/')) folder ??= dirname(file);
      options.onProgress?.({ done: (done += size), total });
    }
    if (folder !== undefined) return folder;
    throw new QuantloopError({
      code: 'unsupported',
      message: `${source.repo} has no config.json, tokenizer.json, safetensors or ONNX model.`,
      hint: 'Give a repository in the layout of transformers.',
    });
  });
}

/** A transfer cut short must not stay in the cache, where it would pass for the whole file. */
async function requireSize(file: string, size: number): Promise<void> {
  const found = (await stat(file)).size;
  if (found === size) return;
  await rm(await realpath(file), { force: true });
  await rm(file, { force: true });
  throw new Error(`${file} has ${found} bytes instead of ${size}`);
}

const SIDECAR =
  /^(config|generation_config|genai_config|tokenizer|tokenizer_config|special_tokens_map|model\.safetensors\.index)\.json$/;

function neededFiles(entries: ListFileEntry[]): ListFileEntry[] {
  const weights = entries.filter(({ path }) => /^model(-\d+-of-\d+)?\.safetensors$/.test(path));
  const models = entries.map(({ path }) => path).filter((path) => /^(onnx\/)?[^/]+\.onnx$/.test(path));
  const model = chooseOnnx(models);
  const onnx = entries.filter(
    ({ path }) =>
      model !== undefined && path.startsWith(model) && /^([._]data(_\d+)?)?$/.test(path.slice(model.length)),
  );
  const sidecars = entries.filter(({ path }) => SIDECAR.test(path) || path === 'chat_template.jinja');
  return [...sidecars, ...(weights.length > 0 ? weights : onnx)];
}

function connection(options: HubOptions): { hubUrl?: string; accessToken?: string; fetch?: typeof fetch } {
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
async function attempt<Result>(
  { repo, revision }: HubSource,
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
        hint: 'Check name and revision; for a private or gated model set HF_TOKEN to a token with access.',
        cause,
      });
    }
    throw new QuantloopError({
      code: 'store-unavailable',
      message: `hf:${repo}@${revision} could not be downloaded: ${(cause as Error).message}`,
      hint: 'Check the network (HF_ENDPOINT names another hub), or download the model and give its folder.',
      cause,
    });
  }
}
