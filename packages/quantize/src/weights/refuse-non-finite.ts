import { QuantloopError } from '@quantloop/core';
import type { Panel } from './weight-source.ts';

/** Throws `non-finite`, naming the first NaN or infinity of a panel by its [input, output] index; panels count from `firstChannel`. */
export function refuseNonFinite(name: string, k: number, panel: Panel, firstChannel = 0): void {
  const index = panel.data.findIndex((weight) => !Number.isFinite(weight));
  if (index < 0) return;
  const channel = firstChannel + panel.first + Math.floor(index / k);
  throw new QuantloopError({
    code: 'non-finite',
    message: `Weight "${name}" holds ${panel.data[index]} at input ${index % k}, output ${channel}.`,
    hint: 'Repair or download the checkpoint again, or leave the weight out with "exclude".',
  });
}
