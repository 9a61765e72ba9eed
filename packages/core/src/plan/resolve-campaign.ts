import type { Calibration } from '../campaign/calibration.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { CampaignFile, Objective } from '../campaign/campaign-file.ts';
import type { FidelityCheck } from '../campaign/evaluation.ts';
import type { MethodFacts } from '../campaign/recipe.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { InvalidSpec, type SpecIssue } from '../errors/invalid-spec.ts';
import { writtenMetrics } from '../decide/read-objective.ts';
import { suggestName } from '../errors/nearest-name.ts';
import { budgetIssues, resolveBudget } from './resolve-budget.ts';
import { expandRecipes, type LabelledRecipe } from './expand-recipes.ts';
import { checkName } from './check-name.ts';
import { DIVERGENCE_METRICS, knownMetrics } from './known-metrics.ts';
import { candidateOf } from './candidate-of.ts';
import { calibratedMethods, needsCalibration } from './needs-calibration.ts';
import type { KnownMetric } from './scenario-metrics.ts';
import { scanRecipes } from './refine/scan-recipes.ts';
import { expandRequirements } from './requirements/expand-requirements.ts';
import type { TaskScores } from './requirements/task-scores.ts';
import { serverIssues } from './server-issues.ts';

export interface ResolveCampaignOptions {
  file: CampaignFile;
  methods: Record<string, MethodFacts>;
  /** The fidelity items of the file, resolved in order. */
  checks: FidelityCheck[];
  /** The metrics these checks measure. */
  fidelityMetrics: readonly KnownMetric[];
  /** The tasks among these checks, which requirements may name together. */
  tasks: readonly TaskScores[];
  /** The scenarios of the file, resolved in order. */
  scenarios: Scenario[];
  /** The texts of the file, or the models' own, resolved. @default none: calibrated methods are refused */
  calibration?: Calibration;
}

/** Fills in and checks everything that the file's shape alone cannot tell. Throws {@link InvalidSpec} with every issue. */
export function resolveCampaign(options: ResolveCampaignOptions): Campaign {
  const { file, methods, checks, calibration } = options;
  const objectives = Array.isArray(file.objective) ? file.objective : [file.objective];
  const { recipes, issues: recipeIssues } = expandRecipes(file.search.recipes, methods);
  const calibrated = recipes.filter(({ recipe }) => needsCalibration(recipe, methods));
  const refines = file.search.refine === 'auto';
  const known = knownMetrics(file, options.fidelityMetrics);
  const metrics = known.map((metric) => metric.name);
  const requirements = expandRequirements(file.requirements, {
    metrics: known,
    tasks: options.tasks,
    scenarios: options.scenarios,
    targets: file.targets.map(({ id }) => id),
  });
  const issues = [
    ...recipeIssues,
    // Texts that cannot be read are an issue of their own.
    ...(calibration === undefined && file.calibration === undefined
      ? calibrationIssues(calibrated, methods)
      : []),
    ...duplicateIssues(
      'models',
      file.models.map((model) => model.id),
    ),
    ...duplicateIssues(
      'targets',
      file.targets.map((target) => target.id),
    ),
    ...duplicateIssues(
      'evaluation.performance',
      file.evaluation.performance.map((scenario) => scenario.name),
    ),
    ...duplicateIssues('evaluation.fidelity', checks.map(checkName)),
    ...stopRuleIssues(file, checks),
    ...serverIssues(file.targets, checks),
    ...requirements.issues,
    ...objectives.flatMap((objective, i) =>
      objectiveIssues(objective, Array.isArray(file.objective) ? ['objective', i] : ['objective'], metrics),
    ),
    ...(file.front ?? []).flatMap((axes, i) =>
      axes.flatMap((metric, k) => metricIssues(metric, ['front', i, k], metrics)),
    ),
    ...budgetIssues(file, recipes.length),
  ];
  if (issues.length > 0 || requirements.requirement === undefined) throw new InvalidSpec(issues);
  return {
    schemaVersion: 1,
    campaign: file.campaign,
    models: file.models,
    targets: file.targets,
    ...((calibrated.length > 0 || refines) && calibration !== undefined && { calibration }),
    fidelity: checks,
    performance: options.scenarios,
    ...(file.evaluation.stopWhen !== undefined && { stopWhen: file.evaluation.stopWhen }),
    requirements: requirements.requirement,
    objectives,
    ...(file.front !== undefined && { front: file.front }),
    candidates: recipes.map((each) => candidateOf(each, file.targets, methods)),
    scan: refines && calibration !== undefined ? scanRecipes(recipes, methods) : [],
    search: { race: file.search.race, refine: file.search.refine },
    budget: resolveBudget(file),
    onNoWinner: file.onNoWinner,
    ...(file.approval !== undefined && { approval: file.approval }),
    seed: file.seed,
  };
}

function objectiveIssues(
  objective: Objective,
  path: (string | number)[],
  metrics: readonly string[],
): SpecIssue[] {
  const written = writtenMetrics(objective);
  if (written.length === 0) {
    return [
      {
        path: [...path, 'weighted'],
        message: 'no metric is weighted.',
        hint: 'Name one or more: { model.bytes: 1 }.',
      },
    ];
  }
  if ('knee' in objective && written[0] === written[1]) {
    return [
      {
        path: [...path, 'knee'],
        message: `"${written[0]}" is named twice.`,
        hint: 'A knee lies between two metrics.',
      },
    ];
  }
  return written.flatMap((metric, i) => {
    if ('weighted' in objective) return metricIssues(metric, [...path, 'weighted', metric], metrics);
    return metricIssues(metric, 'knee' in objective ? [...path, 'knee', i] : path, metrics);
  });
}

/** One for each method of each written recipe. */
function calibrationIssues(
  calibrated: readonly LabelledRecipe[],
  methods: Record<string, MethodFacts>,
): SpecIssue[] {
  const found = calibrated.flatMap(({ recipe, index }) =>
    calibratedMethods(recipe, methods).map((method) => {
      const key = method === recipe.method ? 'method' : 'mix';
      return { path: ['search', 'recipes', index, key], message: `${method} needs calibration texts.` };
    }),
  );
  const named = new Map(found.map((issue) => [JSON.stringify(issue), issue]));
  const hint =
    'Add calibration: { file: ./calibration.jsonl, field: text }, some 128 texts like those the model will see.';
  return [...named.values()].map((issue) => ({ ...issue, hint }));
}

/** The rule looks at what is measured before any task. */
function stopRuleIssues(file: CampaignFile, checks: readonly FidelityCheck[]): SpecIssue[] {
  const { stopWhen } = file.evaluation;
  if (stopWhen === undefined) return [];
  const path = ['evaluation', 'stopWhen'];
  if (!checks.some(({ kind }) => kind === 'divergence')) {
    return [
      {
        path,
        message: 'trials are given up by their divergence from the baseline, which is not measured.',
        hint: 'Add { metric: kl-divergence } to evaluation.fidelity.',
      },
    ];
  }
  const known = DIVERGENCE_METRICS.map(({ name }) => name);
  return metricIssues(stopWhen.metric, [...path, 'metric'], known);
}

function metricIssues(metric: string, path: (string | number)[], metrics: readonly string[]): SpecIssue[] {
  if (metrics.includes(metric)) return [];
  return [{ path, message: `unknown metric "${metric}".`, hint: suggestName(metric, metrics) }];
}

function duplicateIssues(place: string, names: string[]): SpecIssue[] {
  return names
    .map((name, i) => ({ name, i }))
    .filter(({ name, i }) => names.indexOf(name) !== i)
    .map(({ name, i }) => ({
      path: [...place.split('.'), i],
      message: `"${name}" is named twice in ${place}.`,
      hint: 'Give each its own name.',
    }));
}
