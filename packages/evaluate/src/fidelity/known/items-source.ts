import { digestOfJson } from '@quantloop/artifacts';
import { engineOf } from '../../engines/engines.ts';
import type { EvaluateFidelityInput } from '../evaluate-fidelity.ts';
import type { ItemsSource } from '../fidelity-items.ts';
import { fidelityStage } from '../fidelity-stage.ts';

/** Where the results of a job come from. */
export async function sourceOf({ model, engine, seed }: EvaluateFidelityInput): Promise<ItemsSource> {
  const parts = await engineOf(engine).keyParts(engine);
  return {
    version: fidelityStage.version,
    model: model.digest,
    engine: digestOfJson({ engine, parts }),
    seed,
  };
}
