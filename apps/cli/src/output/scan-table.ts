import { formatValue } from '@quantloop/core';
import { METHOD_FACTS, type SensitivityScan, type SolvedMix } from '@quantloop/quantize';
import { textTable } from './text-table.ts';

const CPU = { kind: 'onnxruntime', provider: 'cpu' };

/** One line for each weight: divergence and size at each precision. */
export function scanTable(scan: SensitivityScan): string {
  const { weights, recipes, windows, tokens } = scan;
  const rows = weights.map(({ name, role, layer, bytes, results }) => [
    layer === null ? '' : String(layer),
    role ?? name,
    formatValue(bytes, 'B'),
    ...results.flatMap((result) =>
      result.kind === 'refused'
        ? ['', result.reason, '']
        : [
            nats(result.divergence.value),
            `[${nats(result.divergence.low)}, ${nats(result.divergence.high)}]`,
            formatValue(result.bytes, 'B'),
          ],
    ),
  ]);
  const heading = [
    'layer',
    'weight',
    'size',
    ...recipes.flatMap(({ label }) => [label, '95 % interval', 'size']),
  ];
  const right = [0, 2, ...recipes.flatMap((_, i) => [3 + 3 * i, 5 + 3 * i])];
  const simulated = recipes.filter(
    ({ recipe }) => METHOD_FACTS[recipe.method]?.supports(recipe, CPU) === 'simulated',
  );
  const notes = [
    ...simulated.map(({ label }) => `simulated on CPUs, which have no kernel for it: ${label}`),
    ...scan.left.map(({ name, reason }) => `not scanned: ${name}: ${reason}`),
  ];
  return [
    textTable([heading, ...rows], { right }),
    `Mean KL divergence of the model’s output in nats per token, over ${tokens} tokens in ${windows} windows.`,
    ...notes,
  ].join('\n');
}

/** What was chosen, and what it is predicted to do. */
export function mixLines({ bytes, divergence, counts }: SolvedMix, file: string | undefined): string[] {
  const chosen = counts
    .filter(({ weights }) => weights > 0)
    .map(({ label, weights }) => `${weights} × ${label}`);
  return [
    `mix: ${chosen.join(', ')}`,
    `  ${formatValue(bytes, 'B')} of weights, predicted divergence ${nats(divergence)} nats`,
    ...(file === undefined
      ? []
      : [`  written to ${file}: quantloop quantize <model> --recipe ${file} --out <folder>`]),
  ];
}

const nats = (value: number): string => value.toExponential(2);
