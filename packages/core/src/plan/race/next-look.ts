import type { Effort } from '../../board/evidence.ts';
import type { Campaign } from '../../campaign/campaign.ts';
import type { Scenario } from '../../campaign/scenario.ts';
import type { Verdict } from '../../decide/decision.ts';
import type { Judgement } from '../../decide/judge.ts';
import { raceOf } from '../../decide/surely-better.ts';
import { evidenceOf } from '../evidence-of.ts';
import { type Evidence, nextEffort, scheduleOf } from './schedule.ts';
import type { Group, Standing } from './standings.ts';

/** The next look at a trial that may yet be selected; undefined where none would tell more. */
export function nextLook(campaign: Campaign, group: Group, standing: Standing): Effort | undefined {
  const schedule = scheduleOf(campaign);
  const { trial, begun, closed, open, onFront } = standing;
  if (closed) return undefined;
  if (!begun) return nextEffort(schedule);
  // Given up before, for a rival or by requirements that hold no more.
  if (trial.status === 'stopped') return trial.effort ?? nextEffort(schedule);
  const wanted = new Set<Evidence>(
    open.flatMap(({ scenario, judgement }) =>
      judgement.result === 'pass' ? separating(scenario) : undecided(judgement, campaign),
    ),
  );
  if (onFront) wanted.add('documents');
  const efforts = (['documents', 'repetitions'] as const)
    .filter((more) => wanted.has(more))
    .map((more) => nextEffort(schedule, { effort: trial.effort, more }));
  return efforts.find((effort) => effort !== undefined);

  /** What may tell whom to select, where there is more of it: of it and the leader, or of the leader and another. */
  function separating(scenario: Scenario): Evidence[] {
    const passing = group.passing.filter((each) => each.scenario === scenario.name);
    const leader = group.leaders.find((each) => each.scenario === scenario.name);
    const others = leader?.trial.id === trial.id ? passing : [leader].filter((each) => each !== undefined);
    return others
      .filter((other) => other.trial.id !== trial.id)
      .flatMap(({ trial: other }) => {
        const races = [
          raceOf({ campaign, scenario, rival: other, trial }),
          raceOf({ campaign, scenario, rival: trial, trial: other }),
        ];
        if (races.some(({ kind }) => kind === 'behind')) return [];
        return races.flatMap((race) => (race.kind === 'open' ? evidenceFor(race.metric) : []));
      });
  }

  /** Of what several metrics make together it is the documents. */
  function evidenceFor(metric: string | undefined): Evidence[] {
    const evidence = metric === undefined ? 'documents' : evidenceOf(metric, campaign.performance);
    return evidence === 'fixed' ? [] : [evidence];
  }
}

/** What the open verdicts rest on that stand between a trial and acceptance; else those of other alternatives. */
function undecided({ binding, verdicts }: Judgement, { performance }: Campaign): Evidence[] {
  const evidence = (of: readonly Verdict[]) =>
    of
      .filter(({ result, observed }) => result === 'inconclusive' && observed !== null)
      .map(({ metric }) => evidenceOf(metric, performance))
      .filter((each) => each !== 'fixed');
  const nearest = evidence(binding);
  return nearest.length > 0 ? nearest : evidence(verdicts);
}
