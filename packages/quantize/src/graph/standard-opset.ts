import { requireOpset, standardOpset, type ModelProto } from '@quantloop/onnx';
import { layoutOf } from '../pack/layout.ts';
import type { Refusal, WeightPlan } from '../quantizer.ts';

/** From here on newer versions only add types and options: a model's nodes mean the same there. Before, reductions differ. */
const RAISABLE = 18;

/** A plan, unless its format needs operators that are too new to be declared for the model. */
export function withinOpset(model: ModelProto, plan: WeightPlan | Refusal): WeightPlan | Refusal {
  const needed = 'refuse' in plan ? undefined : layoutOf(plan.storage).opset;
  const opset = standardOpset(model);
  if (needed === undefined || opset >= Math.min(needed, RAISABLE)) return plan;
  return { refuse: `its format came with opset ${needed}, and the model is of opset ${opset}` };
}

/** Declares at least that version, 19 at most, and the file format that came with it. */
export function raiseOpset(model: ModelProto, version: number): void {
  requireOpset(model, '', version);
  if (version >= 19 && model.irVersion < 9n) model.irVersion = 9n;
}
