import type { ExternalDataWriter, ModelProto } from '@quantloop/onnx';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';

export interface BuildOptions {
  /** The whole `config.json`. */
  config: CheckpointConfig;
  checkpoint: Checkpoint;
  /** Receives the weights; the caller commits it after the build. */
  writer: ExternalDataWriter;
  /** Called after each tensor, with bytes of the checkpoint. */
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
  /** Elements of a weight in memory at a time. @default 2 ** 22: 16 MiB of float32 */
  tileElements?: number;
}

/**
 * A family of models that can be turned into an ONNX decoder with KV cache. Inputs `input_ids`, `attention_mask`,
 * `past_key_values.{i}.key|value`; outputs `logits`, `present.{i}.key|value`, as optimum names them.
 */
export interface Architecture {
  /** The `model_type` of its config.json. */
  name: string;
  matches(config: CheckpointConfig): boolean;
  /** Checks configuration and weights, then streams the weights and returns the graph. Nothing is written before all checks. */
  build(options: BuildOptions): Promise<ModelProto>;
}
