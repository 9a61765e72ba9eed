import { z } from 'zod';
import { Act, type ActInput } from '../board/act.ts';
import type { Board } from '../board/board.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { limitsIn, type Requirement } from '../campaign/requirement.ts';
import { suggestName } from '../errors/nearest-name.ts';
import { inForce, rejected } from './in-force.ts';
import { finishedBy, pausedBy } from './pauses.ts';
import { recordedAct } from './recorded-act.ts';
import { sameRecipe } from './same-recipe.ts';
import type { Step } from './step.ts';

export interface ActRefusal {
  message: string;
  /** What to do instead. */
  hint: string;
}

export interface ActContext {
  campaign: Campaign;
  board: Board;
  /** What the campaign waits for. */
  asked: Extract<Step, { kind: 'ask' }>['question'] | undefined;
  /** Its decision is being written. */
  over: boolean;
}

/** Why an act makes no sense, or none now; undefined where it is taken. */
export function actRefusal(input: unknown, context: ActContext): ActRefusal | undefined {
  const parsed = Act.safeParse(
    recordedAct(input as ActInput, { at: 0, requirements: context.campaign.requirements }),
  );
  if (!parsed.success) {
    return {
      message: `this is no act: ${z.prettifyError(parsed.error)}.`,
      hint: 'Use the commands of quantloop.',
    };
  }
  const { over, asked, board } = context;
  if (over) {
    return {
      message: 'the campaign has ended.',
      hint: 'Change its file, and run it again: what was measured is kept.',
    };
  }
  const finishing = finishedBy(board.acts);
  if (finishing !== undefined) {
    return {
      message: `${finishing} let the campaign end with what was measured.`,
      hint: 'Run it again when it has ended: what was measured is kept.',
    };
  }
  const act = parsed.data;
  switch (act.kind) {
    case 'approve':
      if (asked !== undefined) return undefined;
      return {
        message: 'there is nothing to approve yet.',
        hint: 'Wait until the campaign asks; `quantloop status` says when.',
      };
    case 'reject':
      return rejectRefusal(act.trial, board);
    case 'add-recipe':
      return addRefusal(act, context);
    case 'relax':
      return relaxRefusal(act.requirements, context);
    case 'extend-budget': {
      const { trials, rounds, wallClock, device } = act;
      if ([trials, rounds, wallClock, device].some((more) => more !== undefined)) return undefined;
      return {
        message: 'the budget is extended by nothing.',
        hint: 'Say by how many trials, rounds or hours.',
      };
    }
    case 'pause':
      return pauseRefusal(context);
    case 'go-on':
      if (pausedBy(board.acts) !== undefined) return undefined;
      return { message: 'the campaign is not paused.', hint: 'There is nothing to do.' };
    case 'finish':
      return undefined;
  }
}

function pauseRefusal({ asked, board }: ActContext): ActRefusal | undefined {
  const pause = pausedBy(board.acts);
  if (pause !== undefined) {
    return { message: `${pause.by} has paused it already.`, hint: '`quantloop resume` lets it go on.' };
  }
  if (asked === undefined) return undefined;
  return { message: 'the campaign waits for people as it is.', hint: '`quantloop status` says for what.' };
}

function rejectRefusal(trial: string, { trials, acts }: Board): ActRefusal | undefined {
  if (rejected(acts).has(trial)) {
    return {
      message: `${trial} is rejected already.`,
      hint: 'Reject another, or approve what is proposed now.',
    };
  }
  if (trials.some(({ id }) => id === trial)) return undefined;
  const ids = trials.map(({ id }) => id);
  return { message: `no trial "${trial}" has been measured.`, hint: suggestName(trial, ids) };
}

function addRefusal(
  act: Extract<Act, { kind: 'add-recipe' }>,
  { campaign, board }: ActContext,
): ActRefusal | undefined {
  const { planned, acts } = board;
  const same = planned.find(({ trial }) => sameRecipe(trial.recipe, act.recipe));
  if (same !== undefined) {
    return { message: `${same.trial.label} is this recipe already.`, hint: 'Add another one.' };
  }
  if (planned.some(({ trial }) => trial.label === act.label)) {
    return { message: `another recipe is named ${act.label}.`, hint: 'Give this one another name.' };
  }
  if (act.calibrated && campaign.calibration === undefined) {
    return {
      message: `${act.label} needs calibration texts, which the campaign has not.`,
      hint: 'Add a recipe without.',
    };
  }
  const { budget } = inForce(campaign, acts);
  const more = campaign.models.length * campaign.targets.length;
  const count = planned.filter(({ trial }) => trial.recipe !== null).length + more;
  if (count <= budget.trials) return undefined;
  return {
    message: `it would make ${count} trials, more than the budget of ${budget.trials}.`,
    hint: `Extend the budget by ${count - budget.trials} trials first.`,
  };
}

/** Limits on what is never measured would only be found out at the end. */
function relaxRefusal(requirements: Requirement, { campaign, board }: ActContext): ActRefusal | undefined {
  const current = inForce(campaign, board.acts).requirements;
  if (JSON.stringify(current) === JSON.stringify(requirements)) {
    return { message: 'these are the requirements already.', hint: 'Change a limit.' };
  }
  const known = new Set([
    ...metricsOf(campaign.requirements),
    ...board.trials.flatMap(({ metrics }) => Object.keys(metrics)),
  ]);
  const unknown = metricsOf(requirements).find((metric) => !known.has(metric));
  if (unknown === undefined) return undefined;
  return { message: `unknown metric "${unknown}".`, hint: suggestName(unknown, [...known]) };
}

const metricsOf = (requirement: Requirement): string[] => limitsIn(requirement).map(({ metric }) => metric);
