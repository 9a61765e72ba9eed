import { decided } from './decided.ts';
import { hostileRun } from './hostile-run.ts';
import { RECIPES, sampleRun } from './sample-run.ts';
import type { ReportInput } from '../../src/index.ts';

/** Runs that a page must stand, by name. */
export const PAGE_RUNS = {
  sample: () => answered(sampleRun()),
  hostile: hostileRun,
  'no winner': () => sampleRun({ maxDrop: -1 }),
  failures: () => sampleRun({ failing: RECIPES.map((_, index) => index) }),
  'no trials': () => {
    const run = sampleRun();
    return { ...run, trials: [], phases: {}, decision: decided(run.campaign, []) };
  },
  'no numbers': () => {
    const run = sampleRun();
    run.trials[1]!.metrics['arithmetic.exact_match']!.value = NaN;
    run.trials[2]!.metrics['model.bytes']!.high = Infinity;
    run.trials[3]!.metrics['stories.word_perplexity']!.versusBaseline!.ratio.low = NaN;
    return { ...run, decision: decided(run.campaign, run.trials) };
  },
  thousand: () => {
    const recipes = Array.from({ length: 999 }, (_, i) => ({
      ...RECIPES[i % RECIPES.length]!,
      exclude: [`layer${i}`],
    }));
    const run = sampleRun({ recipes, failing: [] });
    run.trials.forEach((trial, i) =>
      Object.assign(trial, { id: `${trial.id}/${i}`, label: `${trial.label}-${i}` }),
    );
    return { ...run, decision: decided(run.campaign, run.trials) };
  },
} satisfies Record<string, () => ReportInput>;

/** With what the baseline and one version answered to two prompts. */
function answered(run: ReportInput): ReportInput {
  const [baseline, version] = run.trials;
  const said = (text: string, difference?: { token: number; character: number }) => ({
    greedy: { text, tokens: [1, 2, 3], faults: [], ...(difference && { difference }) },
  });
  const prompts = ['What is 2 + 2?', 'Name a bird.'];
  const told = (answers: ReturnType<typeof said>[]) => ({
    asked: 'made up',
    answers: answers.map((answer, i) => ({ prompt: prompts[i]!, ...answer })),
  });
  return {
    ...run,
    answers: {
      [baseline!.id]: told([said('It is 4.'), said('A wren sings.')]),
      [version!.id]: told([said('It is 4.'), said('A wren flew.', { token: 2, character: 7 })]),
    },
  };
}
