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
  if (config.auto_map != null) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `The model "${config.model_type ?? ''}" is Python code of its own (auto_map in config.json), which is never run here.`,
      hint: 'Export it to ONNX with a tool that you trust to run that code, and give that folder.',
    });
  }
  const type = config.model_type ?? config.architectures?.[0] ?? '';
  throw new QuantloopError({
    code: 'unsupported',
    message: `No architecture for model_type "${type}".`,
    hint: `${suggestName(type, Object.keys(known))} Or export the model to ONNX with another tool and give that folder.`,
  });
}
