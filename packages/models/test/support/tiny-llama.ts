import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  asBytes,
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from '@quantloop/onnx';
import { type RawTensor, writeSafetensors } from './safetensors.ts';

/** A Hugging Face configuration, as small as a test needs it. */
export interface TinyConfig {
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  vocab_size: number;
  max_position_embeddings: number;
  rms_norm_eps: number;
  tie_word_embeddings: boolean;
  attention_bias: boolean;
  mlp_bias: boolean;
  rope_theta: number;
  rope_scaling: Record<string, unknown> | null;
}

export const TINY: TinyConfig = {
  hidden_size: 32,
  intermediate_size: 44,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  vocab_size: 50,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
  attention_bias: false,
  mlp_bias: false,
  rope_theta: 10000,
  rope_scaling: null,
};

export type Dtype = 'F32' | 'F16' | 'BF16';
export type Weights = Map<string, { shape: number[]; values: Float32Array }>;

/** Random weights of the given configuration, rounded to what the dtype holds. */
export function tinyWeights(config: TinyConfig, dtype: Dtype = 'F32', seed = 1): Weights {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const weights: Weights = new Map();
  const add = (name: string, shape: number[], scale: number, offset = 0) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1)).map(() => random() * scale + offset);
    weights.set(name, { shape, values: fromBytes(dtype, toBytes(dtype, values)) });
  };
  const linear = (name: string, outputs: number, inputs: number, bias: boolean) => {
    add(`${name}.weight`, [outputs, inputs], 3 / Math.sqrt(inputs));
    if (bias) add(`${name}.bias`, [outputs], 0.5);
  };
  const { hidden_size: hidden, intermediate_size: middle, head_dim: width } = config;
  add('model.embed_tokens.weight', [config.vocab_size, hidden], 2);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    add(`${prefix}.input_layernorm.weight`, [hidden], 0.5, 1);
    linear(`${prefix}.self_attn.q_proj`, config.num_attention_heads * width, hidden, config.attention_bias);
    linear(`${prefix}.self_attn.k_proj`, config.num_key_value_heads * width, hidden, config.attention_bias);
    linear(`${prefix}.self_attn.v_proj`, config.num_key_value_heads * width, hidden, config.attention_bias);
    linear(`${prefix}.self_attn.o_proj`, hidden, config.num_attention_heads * width, config.attention_bias);
    add(`${prefix}.post_attention_layernorm.weight`, [hidden], 0.5, 1);
    linear(`${prefix}.mlp.gate_proj`, middle, hidden, config.mlp_bias);
    linear(`${prefix}.mlp.up_proj`, middle, hidden, config.mlp_bias);
    linear(`${prefix}.mlp.down_proj`, hidden, middle, config.mlp_bias);
  }
  add('model.norm.weight', [hidden], 0.5, 1);
  if (!config.tie_word_embeddings) linear('lm_head', config.vocab_size, hidden, false);
  return weights;
}

/** Writes a checkpoint folder with configuration, weights (in `shards` files) and a tokenizer of `vocab_size` letters. */
export function writeTinyCheckpoint(options: {
  folder: string;
  config: TinyConfig;
  weights: Weights;
  dtype?: Dtype;
  shards?: number;
  tokens?: number;
}): void {
  const { folder, config, weights, dtype = 'F32', shards = 1 } = options;
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  write('config.json', {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_act: 'silu',
    ...config,
  });
  write('tokenizer.json', letterTokenizer(options.tokens ?? config.vocab_size));
  write('tokenizer_config.json', { bos_token: '<s>', eos_token: '</s>' });

  const files = Array.from({ length: shards }, (): Record<string, RawTensor> => ({}));
  const map: Record<string, string> = {};
  const fileName = (shard: number) => `model-0000${shard + 1}-of-0000${shards}.safetensors`;
  [...weights].forEach(([name, { shape, values }], index) => {
    files[index % shards]![name] = { dtype, shape, bytes: toBytes(dtype, values) };
    map[name] = fileName(index % shards);
  });
  if (shards === 1) return writeSafetensors(join(folder, 'model.safetensors'), files[0]!);
  files.forEach((tensors, shard) => writeSafetensors(join(folder, fileName(shard)), tensors));
  write('model.safetensors.index.json', { metadata: {}, weight_map: map });
}

/** A byte-pair tokenizer without merges: every token is one character. */
function letterTokenizer(size: number): object {
  const vocab = Object.fromEntries(
    Array.from({ length: size }, (_, id) => [
      id === 0 ? '<s>' : id === 1 ? '</s>' : String.fromCharCode(95 + id),
      id,
    ]),
  );
  const special = (id: number, content: string) => ({ id, content, special: true, normalized: false });
  return {
    version: '1.0',
    added_tokens: [special(0, '<s>'), special(1, '</s>')],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: { type: 'BPE', vocab, merges: [], unk_token: null },
  };
}

function toBytes(dtype: Dtype, values: Float32Array): Uint8Array {
  if (dtype === 'F32') return asBytes(values);
  return asBytes(dtype === 'F16' ? float32ToFloat16(values) : float32ToBfloat16(values));
}

function fromBytes(dtype: Dtype, bytes: Uint8Array): Float32Array {
  const halves = () => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  if (dtype === 'F32') return new Float32Array(bytes.slice().buffer);
  return dtype === 'F16' ? float16ToFloat32(halves()) : bfloat16ToFloat32(halves());
}
