import type { MetricKind, TaskMetric, Values } from '../metric-kind.ts';
import { followInstructions } from './follow-instructions.ts';

const fraction = { unit: 'fraction', higherIsBetter: true } as const;

/** All instructions of a prompt followed: one thing right or wrong a document. */
const promptLevel = (name: string): TaskMetric => ({
  columns: [name],
  aggregation: 'mean',
  ...fraction,
  binary: true,
});

/** Instructions followed among all of all documents. */
const instructionLevel = (name: string): TaskMetric => ({
  columns: [`${name}.followed`, 'instructions'],
  aggregation: 'agg_inst_level_acc',
  ...fraction,
});

function kind(strictness: 'strict' | 'loose', level: 'prompt' | 'inst'): MetricKind {
  const name = `${level}_level_${strictness}_acc`;
  return {
    metrics: () => ({ [name]: level === 'prompt' ? promptLevel(name) : instructionLevel(name) }),
    judges: {
      generate_until:
        (_entry, place) =>
        ({ document, answers }): Values => {
          const followed = followInstructions(document, answers[0]!, place)[strictness];
          const count = followed.filter(Boolean).length;
          return level === 'prompt'
            ? { [name]: count === followed.length ? 1 : 0 }
            : { [`${name}.followed`]: count, instructions: followed.length };
        },
    },
  };
}

/** The four accuracies of IFEval (Zhou et al. 2023). */
export const IFEVAL_KINDS: Readonly<Record<string, MetricKind>> = {
  prompt_level_strict_acc: kind('strict', 'prompt'),
  inst_level_strict_acc: kind('strict', 'inst'),
  prompt_level_loose_acc: kind('loose', 'prompt'),
  inst_level_loose_acc: kind('loose', 'inst'),
};
