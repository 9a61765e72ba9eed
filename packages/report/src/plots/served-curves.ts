import type { Scenario, Trial } from '@quantloop/core';
import { loadsOf } from '../view/loads-of.ts';
import { formatMeasurement } from '../view/format.ts';
import type { Board, ReportView } from '../view/report-view.ts';
import type { Line, Lines } from './lines-option.ts';

/** Latency against throughput, the first of each that was measured. */
const THROUGHPUTS = ['tokens_per_second', 'requests_per_second'];
const LATENCIES = ['e2e.p95', 'ttft.p95', 'e2e.p50', 'ttft.p50'];

/** How latency grows with throughput from load to load of a server: baseline, selected and undominated versions. */
export function servedCurves(view: ReportView): Lines[] {
  const servers = view.campaign.performance.filter(({ scenario }) => scenario === 'server');
  return view.boards.flatMap((board) => servers.flatMap((scenario) => curvesOf(view, board, scenario)));
}

function curvesOf(view: ReportView, board: Board, { name }: Scenario): Lines[] {
  const trials = told(view, board).filter((trial) => loadsOf(trial, name).length > 1);
  const measured = (ends: readonly string[]) =>
    ends.find((end) =>
      trials.some((trial) => loadsOf(trial, name).every((load) => trial.metrics[`${name}.${load}.${end}`])),
    );
  const [throughput, latency] = [measured(THROUGHPUTS), measured(LATENCIES)];
  if (throughput === undefined || latency === undefined) return [];
  const lines = trials.map((trial): Line => {
    const points = loadsOf(trial, name).flatMap((load) => {
      const [x, y] = [throughput, latency].map((end) => trial.metrics[`${name}.${load}.${end}`]);
      if (x === undefined || y === undefined || !Number.isFinite(x.value) || !Number.isFinite(y.value))
        return [];
      return {
        x: x.value,
        y: y.value * 1e3,
        tip: [trial.label, load, formatMeasurement(x), formatMeasurement(y)],
      };
    });
    return { name: trial.label, points };
  });
  const several = lines.filter(({ points }) => points.length > 1);
  if (several.length === 0) return [];
  return [
    {
      title: `Latency against throughput: ${view.nameOf({ ...board, scenario: name })}`,
      x: { label: `${throughput} (higher is better)`, type: 'value' },
      y: { label: `${latency}, ms (lower is better)` },
      lines: several,
    },
  ];
}

/** Speeds of simulated versions are no evidence. */
function told(view: ReportView, board: Board): Trial[] {
  const front = new Set(view.decision.front.flatMap(({ strict }) => strict));
  const first = (trial: Trial) =>
    trial === board.baseline ? 0 : board.cases.some(({ winner }) => winner === trial) ? 1 : 2;
  return board.trials
    .filter((trial) => !trial.simulated && (first(trial) < 2 || front.has(trial.id)))
    .sort((a, b) => first(a) - first(b));
}
