import type { Granularity, MixEntry, Recipe } from '@quantloop/core';
import { NOTHING } from './format.ts';

/** A recipe as names and values, for reading. */
export function recipeFacts(recipe: Recipe | null): [string, string][] {
  if (recipe === null) return [['method', 'none: the unquantized model on the engine of the target']];
  const { method, bits, granularity, symmetric, exclude, options, mix, calibration } = recipe;
  return [
    ['method', method],
    ['bits', String(bits)],
    ['scales', granularityWords(granularity)],
    ['symmetric', symmetric ? 'yes' : 'no'],
    ...Object.entries(options).map(([name, value]): [string, string] => [name, String(value)]),
    ['left unquantized', exclude.length === 0 ? NOTHING : exclude.join(', ')],
    ...mix.map((entry, i): [string, string] => [`exception ${i + 1}`, mixWords(entry)]),
    ...(calibration === undefined ? [] : [['calibration', JSON.stringify(calibration)] as [string, string]]),
  ];
}

const granularityWords = (granularity: Granularity): string =>
  typeof granularity === 'object' ? `one per group of ${granularity.group}` : `one per ${granularity}`;

function mixWords({ tensors, roles, layers, recipe }: MixEntry): string {
  const which = [
    ...(tensors === undefined ? [] : [tensors.join(', ')]),
    ...(roles === undefined ? [] : [roles.join(', ')]),
    ...(layers === undefined ? [] : [`layers ${layers}`]),
  ].join(' of ');
  if (recipe === 'keep') return `${which}: kept as they are`;
  const { method, bits, granularity, symmetric } = recipe;
  return `${which}: ${method}, ${bits} bits, ${granularityWords(granularity)}, ${symmetric ? 'symmetric' : 'asymmetric'}`;
}
