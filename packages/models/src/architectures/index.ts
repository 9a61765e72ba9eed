import { QuantloopError, suggestName } from '@quantloop/core';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import type { Architecture } from './architecture.ts';
import { llama } from './llama.ts';

/** The built-in architectures by `model_type`. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = { llama };

/**
 * The architecture of a checkpoint.
 *
 * @throws QuantloopError `unsupported`, with the known ones and the nearest
 */
export function selectArchitecture(
  config: CheckpointConfig,
  known: Readonly<Record<string, Architecture>> = ARCHITECTURES,
): Architecture {
  const found = Object.values(known).find((architecture) => architecture.matches(config));
  if (found !== undefined) return found;
  const type = config.model_type ?? config.architectures?.[0] ?? '';
  throw new QuantloopError({
    code: 'unsupported',
    message: `No architecture for model_type "${type}".`,
    hint: `${suggestName(type, Object.keys(known))} Or export the model to ONNX with another tool and give that folder.`,
  });
}
