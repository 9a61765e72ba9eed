import type { ArtifactRef } from '../board/artifact-ref.ts';
import type { Effort } from '../board/evidence.ts';
import type { Recipe } from '../campaign/recipe.ts';
import type { Rival } from '../decide/surely-better.ts';

/** A further look at a trial. */
export interface Look {
  /** Trial id. */
  trial: string;
  effort: Effort;
  /** Whom it has to beat, or be given up in the middle. @default measured to its end, whatever comes out */
  rivals?: readonly Rival[];
}

/** What the next round wants of the methods, which know what there is. */
export type Wish =
  /** Recipes one change away from this one, for quality at about its size or for size at about its quality. */
  | { kind: 'around'; recipe: Recipe; aim: 'quality' | 'size' }
  /**
   * The mix of the scanned precisions that does least to the output in a model of so many bytes; `unquantized` are the
   * bytes of the model as it was scanned, `measured` those of it quantized by one recipe for all weights alike: a scan
   * knows but the weights.
   */
  | {
      kind: 'mix';
      scan: ArtifactRef;
      bytes: number;
      unquantized: number;
      measured: { recipe: Recipe; bytes: number }[];
    }
  /** What methods made for one user waiting, or for batches of requests, do by themselves. */
  | { kind: 'suited'; load: 'synchronous' | 'asynchronous' };

/** Trials to be planned for the next round, completed and checked where the methods are known. */
export interface Proposal {
  model: string;
  /** Target ids. */
  targets: readonly string[];
  wish: Wish;
  /** Why it is worth trying, as a sentence with its numbers. */
  why: string;
}

/** What a campaign does next. */
export type Step =
  /** Looks at trials, in this order; those given up come with the reason as a sentence. */
  | { kind: 'measure'; round: number; looks: Look[]; givenUp: { trial: string; reason: string }[] }
  /** Measures how sensitive a model's weights are to the campaign's scan recipes, which the next round is planned with. */
  | { kind: 'scan'; model: string }
  /** Adds a round. */
  | { kind: 'plan'; round: number; proposals: Proposal[] }
  /** Waits for people: nothing is acceptable, or what was selected needs their approval. */
  | { kind: 'ask'; question: 'no-winner' | 'approval' }
  | { kind: 'end'; because: string };
