import type { Engine as EngineSpec } from '@quantloop/core';
import type { Engine } from './engine.ts';
import { openAiEngine } from './openai/openai-engine.ts';
import { onnxRuntimeEngine } from './onnxruntime/onnxruntime-engine.ts';

/** Every engine that models can be measured on, by a target's `engine.kind`. */
export const ENGINES: { readonly [Kind in EngineSpec['kind']]: Engine<Kind> } = {
  onnxruntime: onnxRuntimeEngine,
  openai: openAiEngine,
};

/** The engine of a spec; its methods take specs of its own kind. */
export function engineOf({ kind }: EngineSpec): Engine {
  return ENGINES[kind] as Engine;
}
