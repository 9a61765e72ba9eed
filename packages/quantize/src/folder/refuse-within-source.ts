import { isAbsolute, relative, sep } from 'node:path';
import { QuantloopError } from '@quantloop/core';

/** Refuses to write a model over its source, or into it: what lies beside the model is copied, the new folder too. */
export function refuseWithinSource(source: string, target: string): void {
  const way = relative(source, target);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return;
  throw new QuantloopError({
    code: 'invalid-spec',
    message:
      way === ''
        ? `The quantized model cannot replace its source ${source}.`
        : `The quantized model cannot be written to ${target}, inside its source ${source}.`,
    hint: 'Choose another folder for it, such as one beside the source.',
  });
}
