import { type Board, type Campaign, decide, deliberate, planRound, type Trial } from '@quantloop/core';
import { drawEvidence, type Evidence } from './evidence.ts';
import { measure, type Seen } from './measure.ts';
import { PUBLISHED } from './published.ts';
import type { World } from './world.ts';

export interface Played {
  trials: Trial[];
  decision: ReturnType<typeof decide>;
  /** Of scoring documents and repeating loads. */
  evaluation: number;
  /** Of quantizing, in seconds: every version once, whatever the number of targets. */
  quantization: number;
  looks: number;
}

/** The campaign with drawn results in place of activities; what is done next is what the real planner says. */
export function runCampaign(
  world: World,
  search: Campaign['search'],
  evidence: Map<string, Evidence>,
): Played {
  const campaign: Campaign = { ...world.campaign, search };
  const rows = new Map<string, Trial>();
  const seen = new Map<string, Seen>();
  const quantized = new Set<string>();
  let board: Board = {
    round: 1,
    planned: planRound(campaign),
    trials: [],
    dismissed: {},
    scans: {},
    refused: [],
    spent: { wallClock: 0, measuring: {}, jobs: {} },
    acts: [],
  };
  let [evaluation, looks] = [0, 0];
  for (;;) {
    const step = deliberate(campaign, board);
    if (step.kind === 'end') break;
    if (step.kind !== 'measure') throw new Error(`a simulated campaign cannot ${step.kind}`);
    for (const look of step.looks) {
      const plan = board.planned.find(({ trial }) => trial.id === look.trial)!;
      const { id, model, target, recipe, label } = plan.trial;
      const base = `${model}.${target}.baseline`;
      if (!seen.has(id)) seen.set(id, { documents: {}, repetitions: 0 });
      const { trial, seconds } = measure({
        campaign,
        plan,
        look,
        truth: world.truths.get(id)!,
        evidence: evidenceOf(id),
        ...(recipe !== null && {
          baseline: { row: rows.get(base)!, evidence: evidenceOf(base), truth: world.truths.get(base)! },
        }),
        seen: seen.get(id)!,
      });
      rows.set(id, trial);
      evaluation += seconds;
      looks += 1;
      if (recipe !== null) quantized.add(`${model}/${label}`);
    }
    const dismissed = { ...board.dismissed };
    for (const { trial: id, reason } of step.givenUp) {
      const row = rows.get(id);
      if (row === undefined) dismissed[id] = reason;
      else rows.set(id, { ...row, status: 'stopped', stopped: reason });
    }
    board = { ...board, trials: [...rows.values()], dismissed };
  }
  const quantization = [...quantized].reduce((sum, version) => {
    const [, label] = version.split('/');
    return sum + PUBLISHED.find((kind) => kind.label === label)!.quantize;
  }, 0);
  return {
    trials: board.trials as Trial[],
    decision: decide(campaign, board.trials),
    evaluation,
    quantization,
    looks,
  };

  function evidenceOf(id: string): Evidence {
    const known = evidence.get(id);
    if (known !== undefined) return known;
    const drawn = drawEvidence(world, board.planned.find(({ trial }) => trial.id === id)!.trial);
    evidence.set(id, drawn);
    return drawn;
  }
}
