import { dirname } from 'node:path';
import type { ListFileEntry } from '@huggingface/hub';
import { QuantloopError } from '@quantloop/core';
import { chooseOnnx } from '../import/onnx-files.ts';
import { attempt, connection, hubLibrary, requireSize, type HubOptions } from './hub-connection.ts';

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
 * `unreachable` when the hub cannot be reached
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
