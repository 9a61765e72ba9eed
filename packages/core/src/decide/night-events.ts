import { z } from 'zod';
import type { Trial } from '../board/trial.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { inForce } from '../plan/in-force.ts';
import { decide } from './decide.ts';
import type { Decision, Selection, Verdicts } from './decision.ts';

/** What a night says that the decision before it did not. */
export const NightEvent = z.strictObject({
  /** `failed`: the night came to no decision. */
  kind: z.enum(['regression', 'better', 'failed']),
  /** Null of the whole night. */
  place: z.strictObject({ model: z.string(), target: z.string(), scenario: z.string() }).nullable(),
  /** As a sentence. */
  because: z.string(),
});
export type NightEvent = z.infer<typeof NightEvent>;

/** `night.json`: a night beside the last decision before it that selected something. */
export const NightFile = z.strictObject({
  schemaVersion: z.literal(1),
  campaign: z.string(),
  run: z.string(),
  /** Name of that decision's run; null where there is none. */
  before: z.string().nullable(),
  events: z.array(NightEvent),
});
export type NightFile = z.infer<typeof NightFile>;

/** A metric of a version that was selected, measured again and surely worse. */
export interface Worsening {
  /** Id. */
  trial: string;
  /** That it was selected for. */
  scenario: string;
  metric: string;
  /** With their units. */
  before: string;
  after: string;
}

export interface NightEventsOptions {
  /** Of the night. */
  campaign: Campaign;
  /** The last decision that selected something. */
  before: Pick<Decision, 'selections'>;
  after: Decision;
  /** The night's. */
  trials: readonly Trial[];
  worse: readonly Worsening[];
}

/**
 * What a night changes of the decision before it: a version that was selected and is acceptable no more, or worse on what
 * requirements and objectives go by, is a regression, whatever takes its place; another one selected beside one that
 * still holds is better.
 */
export function nightEvents(options: NightEventsOptions): NightEvent[] {
  const { before, after } = options;
  const begun = after.selections.filter((now) => placeIn(before.selections, now) === undefined);
  return [
    ...before.selections.flatMap((then) => changesOf(then, options)),
    ...begun.map((now) => event('better', now, `${now.label} is selected where nothing was. ${now.because}`)),
  ];
}

function changesOf(then: Selection, { campaign, after, trials, worse }: NightEventsOptions): NightEvent[] {
  const { label } = then;
  const now = placeIn(after.selections, then);
  const own = trials.find(({ id }) => id === then.trial);
  const selected =
    now === undefined ? 'Nothing is acceptable now.' : `${now.label} is selected now. ${now.because}`;
  const overtaken = own?.status === 'stopped' && now !== undefined;
  const lost = own === undefined || overtaken ? undefined : lostOf(then, own, { campaign, after, trials });
  if (lost !== undefined) return [event('regression', then, `${label} ${lost}. ${selected}`)];
  const worsened = worse
    .filter(({ trial, scenario }) => trial === then.trial && scenario === then.scenario)
    .map((each) => `${each.metric} ${each.before} → ${each.after}`);
  if (worsened.length > 0)
    return [event('regression', then, `${label} is worse: ${worsened.join(', ')}. ${selected}`)];
  if (now === undefined) return [event('regression', then, `${label} was not tried. ${selected}`)];
  return now.trial === then.trial ? [] : [event('better', then, `It was ${label}. ${selected}`)];
}

/** Why a version is acceptable no more, as the rest of a sentence; undefined where it is. */
function lostOf(
  then: Selection,
  own: Trial,
  { campaign, after, trials }: Pick<NightEventsOptions, 'campaign' | 'after' | 'trials'>,
): string | undefined {
  if (own.failure !== undefined) return `failed at ${own.failure.stage}: ${own.failure.message}`;
  const others = new Set(trials.map(({ id }) => id).filter((id) => id !== own.id));
  const alone: Verdicts = decide(inForce(campaign, after.acts), trials, { rejected: others });
  if (placeIn(alone.selections, then) !== undefined) return undefined;
  const miss = alone.nearestMisses.find((each) => each.trial === own.id && each.scenario === then.scenario);
  const missed = miss?.failing.map(({ metric, requirement }) => `${metric} ${requirement}`) ?? [];
  return missed.length === 0 ? 'is acceptable no more' : `is acceptable no more (${missed.join(', ')})`;
}

type Place = Pick<Selection, 'model' | 'target' | 'scenario'>;

/** Whether two say something of the same model on the same target in the same scenario. */
export const isSamePlace = (a: Place, b: Place): boolean =>
  a.model === b.model && a.target === b.target && a.scenario === b.scenario;

const placeIn = (selections: readonly Selection[], place: Place) =>
  selections.find((each) => isSamePlace(each, place));

const event = (
  kind: NightEvent['kind'],
  { model, target, scenario }: Place,
  because: string,
): NightEvent => ({ kind, place: { model, target, scenario }, because });
