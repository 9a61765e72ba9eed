import { defineStage, jobModule } from '@quantloop/jobs';
import { engineOf } from '../engines/engines.ts';
import { refuseMisplaced } from '../engines/refuse-misplaced.ts';
import { EvaluateFidelityInput, EvaluateFidelityOutput } from './evaluate-fidelity.ts';

/** What a model can do and how far it strays from its baseline: tasks as lm-eval scores them, and divergence. */
export const fidelityStage = defineStage({
  name: 'evaluateFidelity',
  version: '8',
  input: EvaluateFidelityInput,
  output: EvaluateFidelityOutput,
  module: jobModule(import.meta.url, './run-fidelity'),
  // Neither what is known already nor a count for planning changes what comes out.
  identity: ({ known: _, share = 1, checks, ...input }) => ({
    ...input,
    share,
    checks: checks.map((check) => (check.kind === 'task' ? { ...check, documents: undefined } : check)),
  }),
  keyParts: ({ engine }) => {
    refuseMisplaced(engine);
    return engineOf(engine).keyParts(engine);
  },
  artifacts: ({ items, distributions, answers }) =>
    [items, distributions, answers].filter((artifact) => artifact !== undefined),
});
