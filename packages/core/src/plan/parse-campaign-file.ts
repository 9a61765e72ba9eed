import type { z } from 'zod';
import { CALENDAR_FIELDS } from '../campaign/calendar.ts';
import { CalibrationSource } from '../campaign/calibration.ts';
import { CampaignFile } from '../campaign/campaign-file.ts';
import { FidelityItem, TextSource } from '../campaign/evaluation.ts';
import { MixEntryGrid, RecipeGrid, WeightRecipeGrid } from '../campaign/recipe.ts';
import { ScenarioItem, ServerLoad, Slo } from '../campaign/scenario.ts';
import { Schedule } from '../campaign/schedule.ts';
import { REQUIREMENT_KEYS } from '../campaign/written-requirement.ts';
import { LaunchedServer, OnnxRuntimeEngine, OpenAiEngine } from '../campaign/target.ts';
import { InvalidSpec, type SpecIssue } from '../errors/invalid-spec.ts';
import { suggestName } from '../errors/nearest-name.ts';

/** Checks the shape of a campaign file and fills in defaults. Throws {@link InvalidSpec} with every issue. */
export function parseCampaignFile(value: unknown): CampaignFile {
  const parsed = CampaignFile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidSpec(parsed.error.issues.flatMap((issue) => toSpecIssues(issue, [])));
}

/** Checks the shape of a recipe that stands alone in a file. Throws {@link InvalidSpec} with every issue. */
export function parseRecipe(value: unknown): RecipeGrid {
  const parsed = RecipeGrid.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => toSpecIssues(issue, ['recipes']));
  throw new InvalidSpec(issues.map((issue) => ({ ...issue, path: issue.path.slice(1) })));
}

/** Keys allowed at a place, found by the last named part of the path; unknown keys are matched against them. */
const KEYS_AT: Record<string, readonly string[]> = {
  '': Object.keys(CampaignFile.shape),
  models: ['id', 'source'],
  targets: ['id', 'engine'],
  engine: [OnnxRuntimeEngine, OpenAiEngine].flatMap(({ shape }) => Object.keys(shape)),
  launch: Object.keys(LaunchedServer.shape),
  calibration: Object.keys(CalibrationSource.shape),
  text: Object.keys(TextSource.shape),
  evaluation: ['fidelity', 'performance', 'stopWhen'],
  stopWhen: ['metric', 'above', 'below'],
  fidelity: FidelityItem.options.flatMap((option) => Object.keys(option.shape)),
  performance: ScenarioItem.options.flatMap((option) => Object.keys(option.shape)),
  load: ServerLoad.options.flatMap((option) => Object.keys(option.shape)),
  slo: Object.keys(Slo.shape),
  prompts: Object.keys(TextSource.shape),
  requirements: REQUIREMENT_KEYS,
  all: REQUIREMENT_KEYS,
  any: REQUIREMENT_KEYS,
  not: REQUIREMENT_KEYS,
  objective: ['minimize', 'maximize', 'weighted', 'knee'],
  search: ['recipes', 'race', 'refine'],
  recipes: Object.keys(RecipeGrid.shape),
  mix: Object.keys(MixEntryGrid.shape),
  recipe: Object.keys(WeightRecipeGrid.shape),
  granularity: ['group'],
  budget: ['trials', 'rounds', 'wallClock', 'deviceHours', 'perModel'],
  perModel: ['trials', 'wallClock', 'deviceHours'],
  schedule: Object.keys(Schedule.shape),
  calendar: Object.keys(CALENDAR_FIELDS),
};

function toSpecIssues(issue: z.core.$ZodIssue, prefix: (string | number)[]): SpecIssue[] {
  const path = [...prefix, ...issue.path.filter((part) => typeof part !== 'symbol')];
  if (issue.code === 'unrecognized_keys') {
    const place = path.findLast((part) => typeof part === 'string') ?? '';
    const known = KEYS_AT[String(place)] ?? [];
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown key "${key}".`,
      ...(known.length > 0 && { hint: suggestName(key, known) }),
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = closestBranch(issue.errors);
    if (closest !== undefined) return closest.flatMap((inner) => toSpecIssues(inner, path));
    const kinds = issue.errors
      .flat()
      .flatMap((inner) => (inner.code === 'invalid_type' ? [inner.expected] : []));
    // A union of plain values says no more than that it is invalid.
    if (kinds.length > 0 && issue.message === 'Invalid input') {
      return [{ path, message: `Invalid input: expected ${[...new Set(kinds)].join(' or ')}.` }];
    }
  }
  return [{ path, message: `${issue.message}.` }];
}

/**
 * The alternative the writer meant: the one that recognizes the keys that were written. Ties (a plain value where
 * several shapes are possible) stay with the union's own message.
 */
function closestBranch(branches: z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const strangeness = (issues: z.core.$ZodIssue[]): number =>
    issues.reduce((sum, issue) => {
      if (issue.code === 'unrecognized_keys') return sum + 2 * issue.keys.length;
      if (issue.code === 'invalid_type' && issue.path.length === 0) return sum + 10;
      return sum + (issue.path.length === 1 && issue.code === 'invalid_type' ? 1.5 : 1);
    }, 0);
  const possible = branches.filter((issues) => issues.length > 0);
  // An object is meant as one: a branch that takes only a word is no alternative to one that takes objects.
  const fitting = possible.filter((issues) => !issues.some(isOfAnotherKind));
  const ranked = (fitting.length > 0 ? fitting : possible)
    .map((issues) => ({ issues, score: strangeness(issues) }))
    .sort((a, b) => a.score - b.score);
  return ranked[0] !== undefined && ranked[0].score < 10 ? ranked[0].issues : undefined;
}

function isOfAnotherKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}
