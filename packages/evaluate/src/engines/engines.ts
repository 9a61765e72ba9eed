import type { Engine as EngineSpec } from '@quantloop/core';
import type { Engine } from './engine.ts';
import { onnxRuntimeEngine } from './onnxruntime/onnxruntime-engine.ts';

/** Every engine that models can be measured on, by a target's `engine.kind`. */
export const ENGINES: { readonly [Kind in EngineSpec['kind']]: Engine<Kind> } = {
  onnxruntime: onnxRuntimeEngine,
};
