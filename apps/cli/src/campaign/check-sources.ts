import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { QuantloopError, suggestName, type CampaignFile, type SpecIssue } from '@quantloop/core';
import { Checkpoint, DEMO_MODEL, readCheckpointConfig, selectArchitecture } from '@quantloop/models';

/** Model sources with folders made absolute: relative ones are seen from the campaign file. */
export function absoluteSources(file: CampaignFile, campaignFile: string): CampaignFile {
  const folder = dirname(campaignFile);
  return {
    ...file,
    models: file.models.map(({ id, source }) => ({
      id,
      source: isFolder(source) ? resolve(folder, source) : source,
    })),
  };
}

/** What is wrong with the models of a campaign, as far as headers tell: no weights are read, nothing is downloaded. */
export async function sourceIssues(file: CampaignFile): Promise<SpecIssue[]> {
  const issues: SpecIssue[] = [];
  for (const [index, { source }] of file.models.entries()) {
    const issue = await sourceIssue(source);
    if (issue !== undefined) issues.push({ ...issue, path: ['models', index, 'source'] });
  }
  return issues;
}

async function sourceIssue(source: string): Promise<Omit<SpecIssue, 'path'> | undefined> {
  if (source.startsWith('builtin:')) {
    if (source === DEMO_MODEL) return undefined;
    return { message: `unknown built-in model "${source}".`, hint: suggestName(source, [DEMO_MODEL]) };
  }
  if (!isFolder(source)) return undefined;
  const info = await stat(source).catch(() => undefined);
  if (info?.isDirectory() !== true) {
    return {
      message: `there is no folder ${source}.`,
      hint: 'Name a Hugging Face or ONNX folder, or hf:org/name@revision.',
    };
  }
  const isCheckpoint = await hasCheckpoint(source);
  if (!isCheckpoint) return undefined;
  try {
    selectArchitecture(await readCheckpointConfig(source));
    await using _checkpoint = await Checkpoint.open(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof QuantloopError)) throw error;
    return { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

const isFolder = (source: string) => !source.startsWith('builtin:') && !source.startsWith('hf:');

async function hasCheckpoint(folder: string): Promise<boolean> {
  const names = ['model.safetensors', 'model.safetensors.index.json'];
  const found = await Promise.all(names.map((name) => stat(resolve(folder, name)).catch(() => undefined)));
  return found.some((info) => info !== undefined);
}
