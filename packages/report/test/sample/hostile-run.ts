import { decided } from './decided.ts';
import type { ReportInput } from '../../src/index.ts';
import { sampleRun } from './sample-run.ts';

/** Markup and formulas that must stay text wherever they are shown. Running any of them sets `hacked`. */
export const HOSTILE = [
  '<script>globalThis.hacked=1</script>',
  '</script><script>globalThis.hacked=1</script>',
  '"><img src=x onerror="globalThis.hacked=1">',
  "' onmouseover='globalThis.hacked=1",
  '=HYPERLINK("x")',
  '| cell | {a}{b} `code` [x](javascript:globalThis.hacked=1)',
] as const;

/** The sample run with hostile text in every field that is not checked by a schema. */
export function hostileRun(): ReportInput {
  const run = sampleRun();
  const text = (n: number): string => HOSTILE[n % HOSTILE.length]!;
  const trials = run.trials.map((trial, i) => ({
    ...trial,
    label: `${text(i)} ${i}`,
    recipe: trial.recipe === null ? null : { ...trial.recipe, method: text(i + 1) },
    metrics: Object.fromEntries(
      Object.entries(trial.metrics).map(([name, measurement]) => [
        name === 'recall.acc' ? `${text(2)}.acc` : name,
        name === 'recall.acc' ? { ...measurement, convention: text(1) } : measurement,
      ]),
    ),
    ...(trial.failure === undefined
      ? {}
      : { failure: { code: text(0), message: text(1), stage: text(2), hint: text(3) } }),
    stages: { ...trial.stages, [text(0)]: { seconds: 1, attempts: 1, cached: false, resumedBlocks: 0 } },
    provenance: { ...trial.provenance, [text(1)]: text(2) },
    planned: text(i + 2),
  }));
  const acts = HOSTILE.map((by, i) => ({
    ...{ kind: 'reject' as const, by, at: 0 },
    trial: text(i + 1),
    reason: text(i + 2),
  }));
  return {
    ...run,
    run: text(0),
    trials,
    decision: { ...decided(run.campaign, trials), acts, ended: text(0) },
    phases: { ...run.phases, [text(2)]: 3 },
  };
}
