import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { type Provenance, QuantloopError } from '@quantloop/core';
import { ExternalDataWriter, diskFailure, readModel, writeModel } from '@quantloop/onnx';
import { resolveInside } from '@quantloop/untrusted';
import { selectArchitecture } from '../architectures/index.ts';
import { Checkpoint } from '../checkpoint/checkpoint.ts';
import { type CheckpointConfig, readCheckpointConfig } from '../checkpoint/config.ts';
import type { HubOptions } from '../checkpoint/hub-connection.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import { checkDecoder, isEncoder } from './check-decoder.ts';
import { readGenaiConfig, renameInGenaiConfig } from '../checkpoint/genai-config.ts';
import { locateSource } from './locate-source.ts';
import { type SourceFiles, findSourceFiles } from './source-files.ts';

export interface ImportOptions {
  /** `builtin:demo`, a Hugging Face or ONNX folder, or `hf:org/name@revision`. */
  source: string;
  /** Receives the model; must be empty or not exist. It appears whole or not at all. */
  folder: string;
  /** Bytes of weights. */
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
  hub?: HubOptions;
}

export interface ImportedModel {
  folder: string;
  provenance: Provenance;
}

/**
 * Turns a source into a model folder: `model.onnx` with external data, `config.json`, tokenizer. A checkpoint becomes a
 * float32 decoder; a ready ONNX folder is checked and taken in as it is, an encoder too, which can be quantized. Memory: one tensor, or a tile of one.
 *
 * @throws QuantloopError `invalid-spec`, `unsupported` or `model-corrupt`, naming what is wrong with the source;
 * `disk-full`, `store-unavailable`, `unreachable`. Nothing is left behind in any of these cases.
 */
export async function importModel(options: ImportOptions): Promise<ImportedModel> {
  const target = resolve(options.folder);
  await requireEmpty(target);
  const hub = { ...options.hub, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  const source = await locateSource(options.source, hub);
  const files = await findSourceFiles(source);
  const config = await readCheckpointConfig(source);
  const encoder = files.kind === 'onnx' && isEncoder(await readModel(join(source, files.weights[0]!)));
  // An encoder's tokenizer has neither BOS nor EOS, and nothing here reads it.
  if (!encoder) await checkTokenizer(source, config);

  const work = join(dirname(target), `.${randomUUID()}.import`);
  try {
    await mkdir(work, { recursive: true });
    const provenance =
      files.kind === 'checkpoint'
        ? await importCheckpoint({ ...options, source, config, work })
        : await importOnnx({ ...options, source, files, encoder, work });
    for (const name of files.sidecars) await copy(source, name, join(work, name));
    const genai = await readGenaiConfig(work);
    if (genai !== undefined) await renameInGenaiConfig(work, genai);
    if (!files.sidecars.includes('config.json')) {
      await writeFile(join(work, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
    }
    await rmdir(target).catch(() => undefined);
    await rename(work, target);
    return { folder: target, provenance: { 'import.source': options.source, ...provenance } };
  } catch (error) {
    throw diskFailure(target, error);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function importCheckpoint(
  options: Pick<ImportOptions, 'onProgress' | 'signal'> & {
    source: string;
    config: CheckpointConfig;
    work: string;
  },
): Promise<Provenance> {
  const { source, config, work, onProgress, signal } = options;
  const architecture = selectArchitecture(config);
  await using checkpoint = await Checkpoint.open(source);
  await using writer = await ExternalDataWriter.open({ folder: work });
  const model = await architecture.build({
    config,
    checkpoint,
    writer,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
  await writer.commit();
  await writeModel({ model, file: join(work, 'model.onnx') });
  return { 'import.kind': 'checkpoint', 'import.architecture': architecture.name };
}

async function importOnnx(
  options: Pick<ImportOptions, 'onProgress' | 'signal'> & {
    source: string;
    files: SourceFiles;
    encoder: boolean;
    work: string;
  },
): Promise<Provenance> {
  const { source, files, encoder, work } = options;
  const model = join(source, files.weights[0]!);
  if (!encoder) checkDecoder(await readModel(model), model);
  const sizes = await Promise.all(files.weights.map(async (name) => (await stat(join(source, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const [index, name] of files.weights.entries()) {
    options.signal?.throwIfAborted();
    const place =
      index === 0 ? join(work, 'model.onnx') : join(work, relative(dirname(model), join(source, name)));
    await mkdir(dirname(place), { recursive: true });
    await copy(source, name, place);
    options.onProgress?.({ done: (done += sizes[index]!), total });
  }
  return { 'import.kind': 'onnx' };
}

/** Shares the blocks of the source where the file system can. */
async function copy(folder: string, name: string, to: string): Promise<void> {
  const from = await resolveInside({ folder, path: name, code: 'model-corrupt' });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

async function requireEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length === 0) return;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${folder} is not empty.`,
    hint: 'Give a folder that does not exist yet.',
  });
}

export async function checkTokenizer(folder: string, config: CheckpointConfig): Promise<void> {
  const { vocabSize } = await loadTokenizer(folder);
  if (config.vocab_size === undefined || vocabSize <= config.vocab_size) return;
  throw new QuantloopError({
    code: 'model-corrupt',
    message: `${folder}: tokenizer.json has token ids up to ${vocabSize - 1}, but config.json says vocab_size ${config.vocab_size}.`,
    hint: 'Tokenizer and weights must come from the same model; copy the matching tokenizer.json.',
  });
}
