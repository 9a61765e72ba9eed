import type { BindingLimit, Verdict } from './decision.ts';
import type { JudgedTrial } from './nearest-misses.ts';

/** Which limits stand between these trials of one model and target and acceptance, the one that binds most first. */
export function bindingLimits(judged: readonly JudgedTrial[], scenario: string): BindingLimit[] {
  const found = new Map<string, Omit<BindingLimit, 'because'>>();
  for (const { trial, judgement } of judged) {
    // What a trial that was given up was not measured for is no obstacle yet.
    const obstacles = judgement.binding.filter(
      ({ observed }) => trial.status !== 'stopped' || observed !== null,
    );
    const limits = new Map(obstacles.map((verdict) => [nameOf(verdict), verdict]));
    for (const [name, { metric, requirement }] of limits) {
      const { model, target } = trial;
      const limit = found.get(name) ?? { model, target, scenario, metric, requirement, trials: 0, alone: 0 };
      limit.trials += 1;
      if (limits.size === 1) limit.alone += 1;
      found.set(name, limit);
    }
  }
  return [...found.values()]
    .sort((a, b) => b.trials - a.trials || b.alone - a.alone || (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((limit) => ({ ...limit, because: because(limit, judged.length) }));
}

const nameOf = ({ metric, requirement }: Pick<Verdict, 'metric' | 'requirement'>) =>
  `${metric} "${requirement}"`;

function because(limit: Omit<BindingLimit, 'because'>, judged: number): string {
  const { trials, alone } = limit;
  const alsoAlone =
    alone === 0 ? 'none of them alone' : alone === trials ? 'alone' : `${alone} of them alone`;
  return `${nameOf(limit)} keeps ${trials} of ${judged} versions from acceptance, ${alsoAlone}.`;
}
