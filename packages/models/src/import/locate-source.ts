import { stat } from 'node:fs/promises';
import { QuantloopError } from '@quantloop/core';
import { DEMO_MODEL, demoModelFolder } from '../builtin.ts';
import type { HubOptions } from '../checkpoint/hub-connection.ts';
import { downloadModel, parseHubSource } from '../checkpoint/hub.ts';

/**
 * The local folder of a source: `builtin:demo`, a folder, or `hf:org/name@revision`, which is downloaded.
 *
 * @throws QuantloopError `invalid-spec` when there is no such folder or model
 */
export async function locateSource(source: string, hub: HubOptions = {}): Promise<string> {
  if (source.startsWith('hf:')) return downloadModel(parseHubSource(source), hub);
  const folder = source === DEMO_MODEL ? demoModelFolder() : source;
  if (source !== DEMO_MODEL && source.startsWith('builtin:')) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `There is no built-in model "${source}".`,
      hint: `Known: ${DEMO_MODEL}.`,
    });
  }
  const facts = await stat(folder).catch(() => undefined);
  if (facts?.isDirectory()) return folder;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `The model source ${folder} is ${facts === undefined ? 'not there' : 'not a folder'}.`,
    hint: 'Give a Hugging Face folder, an ONNX folder, hf:org/name@revision or builtin:demo.',
  });
}
