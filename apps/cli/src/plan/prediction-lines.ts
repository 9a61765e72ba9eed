import { formatValue, type PredictedJobs, type PredictedSize, type Prediction } from '@quantloop/core';
import { formatDuration } from '../output/format-duration.ts';
import { textTable } from '../output/text-table.ts';

/** A prediction as people read it, each figure with what it rests on. */
export function predictionLines({ trials, time, disk, memory }: Prediction): string {
  const { baselines, grid, atMost } = trials;
  const least = (complete: boolean, text: string) => (complete ? text : `at least ${text}`);
  const more = atMost > baselines + grid ? `; with further rounds at most ${atMost}` : '';
  return [
    `Trials: ${grid} and ${baselines} baseline${baselines === 1 ? '' : 's'}${more}.`,
    time.jobs.every(({ each }) => each === null)
      ? 'Time: not known, no job on these models is in the store:'
      : `Time: ${least(time.complete, formatDuration(time.seconds))}, one job after the other, each trial looked at once:`,
    indented(textTable(time.jobs.map(jobsRow), { right: [3, 4] })),
    `Disk: ${least(disk.complete, bytes(disk.bytes))}, ${disk.free === null ? 'how much is free is not known' : `${bytes(disk.free)} free`}; what the store holds already is not taken off:`,
    indented(textTable(disk.models.map(sizeRow), { right: [1, 2] })),
    memoryLine(memory),
  ].join('\n');
}

function memoryLine(memory: Prediction['memory']): string {
  if (memory === null) return 'Memory: not known, no size of a model is.';
  const { model, weights, peak, from, available } = memory;
  const basis =
    from > 0
      ? `the highest of ${from} earlier job${from === 1 ? '' : 's'}, ${bytes(weights)} of it unquantized weights`
      : `${bytes(weights)} of weights and an allowance of ${bytes(peak - weights)}, none was measured`;
  const here = available === null ? '' : `; a process here may use ${bytes(available)}`;
  return `Memory: ${bytes(peak)} to measure ${model}: ${basis}${here}.`;
}

function jobsRow({ stage, model, method, jobs, each, from }: PredictedJobs): string[] {
  const known =
    each === null
      ? ['', 'not known: no such job is in the store']
      : [formatDuration(each), `each: median of ${from} earlier job${from === 1 ? '' : 's'}`];
  return [stage, model, method ?? '', `${jobs} ×`, ...known];
}

function sizeRow({ model, imported, quantized, atMost }: PredictedSize): string[] {
  if (imported === null || quantized === null) return [model, '', '', 'not known before its download'];
  const basis = atMost
    ? 'size of its files; no version is larger'
    : 'headers of its files, bits of the recipes';
  return [model, bytes(imported), `+ ${bytes(quantized)}`, `imported + all versions: ${basis}`];
}

const bytes = (value: number) => formatValue(value, 'B');
const indented = (text: string) => text.replace(/^/gm, '  ');
