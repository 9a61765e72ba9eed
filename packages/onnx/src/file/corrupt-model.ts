import { QuantloopError } from '@quantloop/core';

/** The failure of a file that cannot be trusted, naming the file and, where there is one, the tensor. */
export function corruptModel(options: {
  file: string;
  tensor?: string | undefined;
  problem: string;
  hint?: string;
  cause?: unknown;
}): QuantloopError {
  const place = options.tensor === undefined ? options.file : `${options.file}, tensor "${options.tensor}"`;
  return new QuantloopError({
    code: 'model-corrupt',
    message: `${place}: ${options.problem}`,
    hint: options.hint ?? 'Copy or export the model again; the file on disk is damaged or incomplete.',
    cause: options.cause,
  });
}
