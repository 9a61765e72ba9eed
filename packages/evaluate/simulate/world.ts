import type { Campaign } from '@quantloop/core';
import { at, Draw } from './draw.ts';
import { drawCampaign } from './draw-campaign.ts';
import {
  CHOICE_ACCURACIES,
  GENERATION_ACCURACIES,
  PERPLEXITIES,
  PUBLISHED,
  type Published,
} from './published.ts';

/** What is true of a version of a model on a target, which measurements can only estimate. */
export interface Truth {
  choice: number;
  generation: number;
  perplexity: number;
  bytes: number;
  memory: number;
  /** Tokens a second. */
  single: number;
  batched: number;
}

/** A campaign and the truth about all that it may try. */
export interface World {
  seed: number;
  campaign: Campaign;
  /** By trial id, baselines too. */
  truths: Map<string, Truth>;
  /** Standard deviation of the log of one timing, its job's drift apart. */
  timingNoise: number;
  /** Of documents, how many change sides although the accuracy stays: what a pair of versions disagrees on. */
  flips: number;
}

/** Draws a campaign, and what quantization does to its models, from what has been published. */
export function drawWorld(seed: number): World {
  const draw = new Draw(seed, 'world');
  const campaign = drawCampaign(draw);
  const truths = new Map<string, Truth>();
  for (const { id: model } of campaign.models) {
    const whole = {
      choice: draw.one(CHOICE_ACCURACIES),
      generation: draw.one(GENERATION_ACCURACIES),
      perplexity: draw.one(PERPLEXITIES),
      bytes: 2e9 * draw.one([0.125, 1.3, 3, 8, 13, 70]),
    };
    // Some models lose more than others by whatever is done to them.
    const sensitivity = draw.share();
    const kept = new Map(
      campaign.candidates.map(({ label }) => {
        const kind = PUBLISHED.find((published) => published.label === label)!;
        return [label, lossOf(kind, 0.5 * sensitivity + 0.5 * draw.share(), draw)];
      }),
    );
    for (const target of campaign.targets) {
      const base: Truth = {
        ...whole,
        memory: whole.bytes * 1.15,
        single: draw.between(5, 60),
        batched: draw.between(40, 400),
      };
      truths.set(`${model}.${target.id}.baseline`, base);
      for (const { label, simulatedOn } of campaign.candidates) {
        const { choice, generation, perplexity, bytes, single, batched } = kept.get(label)!;
        const simulated = simulatedOn.includes(target.id);
        truths.set(`${model}.${target.id}.${label}`, {
          choice: Math.min(0.995, base.choice * choice),
          generation: Math.min(0.995, base.generation * generation),
          perplexity: base.perplexity * perplexity,
          bytes: Math.round(base.bytes * bytes),
          memory: base.bytes * (simulated ? 1.15 : bytes + 0.15),
          // Weights are unpacked before they are multiplied with.
          single: base.single * (simulated ? 0.95 : single),
          batched: base.batched * (simulated ? 0.95 : batched),
        });
      }
    }
  }
  return {
    seed,
    campaign,
    truths,
    timingNoise: Math.exp(draw.between(Math.log(0.01), Math.log(0.1))),
    flips: draw.between(0.01, 0.05),
  };
}

/** As ratios to the unquantized model. */
function lossOf(kind: Published, severity: number, draw: Draw) {
  const near = (share: number) => Math.min(1, Math.max(0, share + draw.normal(0.1)));
  const grouped = typeof kind.granularity === 'object' ? 16 / kind.granularity.group : 0;
  const speed = draw.share();
  return {
    choice: at(kind.choice, near(1 - severity)),
    generation: at(kind.generation, near(1 - severity)),
    perplexity: at(kind.perplexity, near(severity)),
    // Embeddings and norms, a fifteenth of a model, stay as they are.
    bytes: 1 / 15 + ((14 / 15) * (kind.bits + grouped)) / 16,
    single: at(kind.single, speed),
    batched: at(kind.batched, speed),
  };
}
