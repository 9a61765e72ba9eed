import { MOST_REPETITIONS } from '@quantloop/core';
import { Draw } from './draw.ts';
import { DRIFT } from './published.ts';
import type { Truth, World } from './world.ts';

/** Everything that could be measured of a trial; a look sees the first part of each list. */
export interface Evidence {
  /** Right or wrong, 1 or 0, a document of each task. */
  right: Record<string, number[]>;
  /** Negative log-likelihood a word, a document. */
  loss: number[];
  /** Tokens a second of each repetition: the trial's own, and the baseline's that it alternates with. */
  timings: Record<string, { own: number[]; baseline: number[] }>;
}

/** The same for the same world and trial. Documents are those of the model's baseline, whatever the target. */
export function drawEvidence(
  world: World,
  trial: { id: string; model: string; target: string; label: string },
): Evidence {
  const { campaign, truths, seed } = world;
  const truth = truths.get(trial.id)!;
  const base = truths.get(`${trial.model}.${trial.target}.baseline`)!;
  const right: Record<string, number[]> = {};
  let loss: number[] = [];
  for (const check of campaign.fidelity) {
    if (check.kind !== 'task') continue;
    const documents = check.documents!;
    const common = new Draw(seed, `${trial.model}/${check.name}`);
    const own = new Draw(seed, `${trial.model}/${trial.label}/${check.name}`);
    if (check.name === 'wikitext') loss = losses({ documents, truth, base, common, own });
    else
      right[check.name] = answers({
        documents,
        from: accuracy(base, check.name),
        to: accuracy(truth, check.name),
        flips: trial.label === 'baseline' ? 0 : world.flips,
        common,
        own,
      });
  }
  const timings = Object.fromEntries(
    campaign.performance.map((scenario) => {
      const name = scenario.name as 'single' | 'batched';
      const count =
        (scenario.scenario === 'single-stream' ? scenario.requests : scenario.repetitions) * MOST_REPETITIONS;
      return [name, timing(world, new Draw(seed, `${trial.id}/${name}`), count, truth[name], base[name])];
    }),
  );
  return { right, loss, timings };
}

export const accuracy = (truth: Truth, task: string): number => truth[task as 'choice' | 'generation'];

interface Answers {
  documents: number;
  /** The baseline's accuracy. */
  from: number;
  to: number;
  flips: number;
  common: Draw;
  own: Draw;
}

/**
 * What the baseline has right, the candidate has wrong with one probability, and the other way round with another, such
 * that its accuracy is what it is and so many documents change sides in either direction.
 */
function answers({ documents, from, to, flips, common, own }: Answers): number[] {
  const gained = Math.min(flips / 2 / (1 - from), 1) + Math.max(0, (to - from) / (1 - from));
  const lost = 1 - (to - Math.min(1, gained) * (1 - from)) / from;
  return Array.from({ length: documents }, () => {
    const before = common.share() < from;
    const draw = own.share();
    return Number(before ? draw >= lost : draw < gained);
  });
}

interface Losses {
  documents: number;
  truth: Truth;
  base: Truth;
  common: Draw;
  own: Draw;
}

/** Documents differ more among each other than versions do on one document. */
function losses({ documents, truth, base, common, own }: Losses): number[] {
  const more = Math.log(truth.perplexity / base.perplexity);
  const spread = truth === base ? 0 : 0.004 + 0.4 * Math.abs(more);
  return Array.from({ length: documents }, () => {
    const before = Math.log(base.perplexity) + common.normal(0.25);
    return before + more + own.normal(spread);
  });
}

/** What a job shifts, it shifts for both that alternate in it. */
function timing({ timingNoise }: World, draw: Draw, count: number, own: number, baseline: number) {
  const drift = Math.exp(draw.normal(DRIFT));
  const repeat = (speed: number) =>
    Array.from({ length: count }, () => speed * drift * Math.exp(draw.normal(timingNoise)));
  return { own: repeat(own), baseline: repeat(baseline) };
}
