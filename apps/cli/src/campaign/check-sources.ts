import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { QuantloopError, suggestName, type CampaignFile, type SpecIssue } from '@quantloop/core';
import { checkSource, DEMO_MODEL } from '@quantloop/models';

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

/** What is wrong with the models of a campaign, as far as headers and tokenizers tell: no weights are read, nothing is downloaded. */
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
  try {
    await checkSource(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof QuantloopError)) throw error;
    return { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

const isFolder = (source: string) => !source.startsWith('builtin:') && !source.startsWith('hf:');
