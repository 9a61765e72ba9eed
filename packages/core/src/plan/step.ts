import type { Effort } from '../board/evidence.ts';
import type { Recipe, WeightRecipe } from '../campaign/recipe.ts';
import type { Rival } from '../decide/surely-better.ts';

/** A further look at a trial. */
export interface Look {
  /** Trial id. */
  trial: string;
  effort: Effort;
  /** Whom it has to beat, or be given up in the middle. @default measured to its end, whatever comes out */
  rivals?: readonly Rival[];
}

/** A trial to be planned for the next round; its recipe is completed and checked where the methods are known. */
export interface Proposal {
  model: string;
  /** Target ids. */
  targets: readonly string[];
  what: Recipe | MixBudget;
  /** Why it is worth trying, as a sentence with its numbers. */
  why: string;
}

/** A mix of precisions that the model's sensitivity scan is asked for. */
export type MixBudget = { bytes: number } | { divergence: number };

/** What a campaign does next. */
export type Step =
  /** Looks at trials, in this order; those given up come with the reason as a sentence. */
  | { kind: 'measure'; round: number; looks: Look[]; givenUp: { trial: string; reason: string }[] }
  /** Measures how sensitive a model's weights are to these recipes, which the next round is planned with. */
  | { kind: 'scan'; model: string; recipes: WeightRecipe[] }
  /** Adds a round. */
  | { kind: 'plan'; round: number; proposals: Proposal[] }
  /** Waits for people: nothing is acceptable, or what was selected needs their approval. */
  | { kind: 'ask'; question: 'no-winner' | 'approval' }
  | { kind: 'end'; because: string };
