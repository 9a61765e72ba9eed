import { QuantloopError } from '@quantloop/core';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from './system-error.ts';

/** The format that this version reads and writes. */
export const FORMAT_VERSION = 1;

/** Files of a run that say which format it has. */
const VERSIONED = ['campaign.json', 'decision.json', 'trials.json'];

/**
 * Makes sure that a run may be written to a folder: it is not there, empty, or a run's folder of this format.
 * Throws `invalid-spec` naming the folder, what is in the way, and the way out.
 */
export async function checkOutFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (isSystemError(error, 'ENOENT')) return [];
    if (isSystemError(error, 'ENOTDIR')) throw refusal(`${folder} is a file, not a folder`, error);
    throw error;
  });
  const versioned = VERSIONED.filter((name) => names.includes(name));
  if (names.length > 0 && versioned.length === 0) {
    throw refusal(`${folder} holds ${names.slice(0, 3).join(', ')}, but no run of quantloop`);
  }
  for (const name of versioned) {
    const version = await versionOf(join(folder, name));
    if (version !== FORMAT_VERSION && version !== GONE) {
      const found = version === undefined ? 'no format version' : `format version ${JSON.stringify(version)}`;
      throw refusal(`${join(folder, name)} has ${found}; this quantloop writes version ${FORMAT_VERSION}`);
    }
  }
}

/** Another writer has just taken the file away with the whole folder. */
const GONE = Symbol('gone');

async function versionOf(path: string): Promise<unknown> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
    return undefined;
  });
  if (content === undefined) return GONE;
  try {
    const parsed: unknown = JSON.parse(content);
    return typeof parsed === 'object' && parsed !== null && 'schemaVersion' in parsed
      ? parsed.schemaVersion
      : undefined;
  } catch (error) {
    throw refusal(`${path} is not readable as JSON`, error);
  }
}

function refusal(message: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `${message}.`,
    hint: 'Choose another output folder, or move this one away.',
    cause,
  });
}
