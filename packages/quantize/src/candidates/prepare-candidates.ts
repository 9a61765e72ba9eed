import type { Store } from '@quantloop/artifacts';
import {
  candidateOf,
  expandRecipes,
  needsCalibration,
  neighbours,
  QuantloopError,
  recipeSupport,
  type CalibrationTexts,
  type LabelledRecipe,
  type PrepareCandidatesInput,
  type PrepareCandidatesOutput,
  type PreparedCandidate,
  type Proposal,
  type Recipe,
  type Target,
} from '@quantloop/core';
import { countTexts } from '../calibrate/read-calibration.ts';
import { METHOD_FACTS } from '../methods/methods.ts';
import { mixForBudget } from '../sensitivity/mix-for-budget.ts';
import { SensitivityScan } from '../sensitivity/sensitivity-scan.ts';
import { withOverheads } from '../sensitivity/with-overheads.ts';

/** Recipes made for a load that are tried at most. */
const SUITED = 3;

/**
 * Completes what a round wants by what the methods say of themselves, and solves its mixes from scans. What cannot be had is
 * refused with the reason.
 */
export async function prepareCandidates(
  { proposals, targets, calibration }: PrepareCandidatesInput,
  store: Store,
): Promise<PrepareCandidatesOutput> {
  const candidates: PreparedCandidate[] = [];
  const texts = calibration && {
    ...calibration,
    available: await countTexts(await store.file(calibration.text)),
  };
  const refused: PrepareCandidatesOutput['refused'] = [];
  for (const [index, proposal] of proposals.entries()) {
    const { why, model } = proposal;
    const own = targets.filter(({ id }) => proposal.targets.includes(id));
    try {
      const found = (await recipesFor(proposal, { targets: own, texts, store }))
        .map(({ recipe, label, change }) => ({
          ...candidateOf({ recipe, label }, targets, METHOD_FACTS),
          ...{ model, targets: proposal.targets, why: `${why}: ${change}.` },
        }))
        .filter((candidate) => calibration !== undefined || !candidate.calibrated);
      candidates.push(...found);
    } catch (error) {
      if (!(error instanceof QuantloopError) || error.code !== 'invalid-spec') throw error;
      refused.push({ proposal: index, reason: error.message });
    }
  }
  return { candidates, refused };
}

interface Found extends Omit<LabelledRecipe, 'index'> {
  change: string;
}

interface Surroundings {
  targets: readonly Target[];
  texts: CalibrationTexts | undefined;
  store: Store;
}

async function recipesFor({ wish }: Proposal, { targets, texts, store }: Surroundings): Promise<Found[]> {
  if (wish.kind === 'around') {
    const { recipe, aim } = wish;
    const own = needsCalibration(recipe, METHOD_FACTS) ? texts : undefined;
    return neighbours(recipe, METHOD_FACTS[recipe.method]!, { aim, texts: own }).flatMap((each) =>
      complete(each.recipe, each.change),
    );
  }
  if (wish.kind === 'suited') {
    return Object.values(METHOD_FACTS)
      .filter(({ suits }) => suits === wish.load)
      .flatMap(({ name }) => complete({ method: name }, `${name} as it is`))
      .filter(({ recipe }) =>
        targets.every(({ engine }) => recipeSupport(recipe, METHOD_FACTS, engine) === 'native'),
      )
      .slice(0, SUITED);
  }
  const scan = withOverheads(
    SensitivityScan.parse(await store.readJson(wish.scan)),
    wish.measured,
    wish.unquantized,
  );
  // The file holds more than weights: what it has beyond those of the unquantized model stays.
  const bytes = wish.bytes - (wish.unquantized - scan.bytes);
  const { recipe, counts, divergence } = mixForBudget(scan, { bytes });
  const parts = counts
    .filter(({ weights }) => weights > 0)
    .map(({ label, weights }) => `${weights} × ${label}`);
  const loss = `${divergence.toPrecision(2)} nats by the scan`;
  return complete(recipe, `a mix of ${parts.join(', ')} (${loss})`);
}

/** Filled in and checked like any other; none where the method does not have it. */
function complete(written: Recipe | { method: string }, change: string): Found[] {
  const { recipes, issues } = expandRecipes([written], METHOD_FACTS);
  return issues.length > 0 ? [] : recipes.map(({ recipe, label }) => ({ recipe, label, change }));
}
