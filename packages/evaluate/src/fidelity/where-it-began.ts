import { QuantloopError } from '@quantloop/core';
import { locateNonFinite, NonFiniteLogits, type NonFiniteOrigin } from '@quantloop/runtime';
import type { TaskModel } from './tasks/task-model.ts';

/** The error with the layer in which the values ceased to be finite; other errors, and other engines', as they are. */
export async function whereItBegan(error: unknown, { network }: TaskModel): Promise<unknown> {
  if (!(error instanceof NonFiniteLogits) || network === undefined) return error;
  const origin = await locateNonFinite({ ...network, tokens: error.tokens });
  if (origin === undefined) return error;
  return new QuantloopError({
    code: 'non-finite',
    message: `${error.message}: it begins ${describe(origin)}`,
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  });
}

function describe({ layer, node, operator, tensor, weight }: NonFiniteOrigin): string {
  const place = layer === undefined ? 'outside the layers' : `in layer ${layer}`;
  const name = node === '' ? `a node that writes ${tensor}` : node;
  const cause = weight === undefined ? '' : `, whose weight ${weight} is itself not finite`;
  return `${place}, at ${name} (${operator})${cause}`;
}
