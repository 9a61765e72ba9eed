import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';

export interface RandomLlama {
  hidden: number;
  layers: number;
}

const VOCABULARY = 320;

/** Writes a Llama checkpoint of random weights with a tokenizer of one character a token; returns its folder. */
export async function randomLlama({ hidden, layers }: RandomLlama): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-random-llama-'));
  const shapes: Record<string, number[]> = {
    'model.embed_tokens.weight': [VOCABULARY, hidden],
    'model.norm.weight': [hidden],
  };
  for (let layer = 0; layer < layers; layer++) {
    const name = `model.layers.${layer}`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm'])
      shapes[`${name}.${norm}.weight`] = [hidden];
    for (const part of ['q', 'k', 'v', 'o'])
      shapes[`${name}.self_attn.${part}_proj.weight`] = [hidden, hidden];
    for (const part of ['gate', 'up']) shapes[`${name}.mlp.${part}_proj.weight`] = [3 * hidden, hidden];
    shapes[`${name}.mlp.down_proj.weight`] = [hidden, 3 * hidden];
  }
  await writeFile(join(folder, 'model.safetensors'), safetensors(shapes));
  const json = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value));
  await json('config.json', {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_act: 'silu',
    hidden_size: hidden,
    intermediate_size: 3 * hidden,
    num_hidden_layers: layers,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    vocab_size: VOCABULARY,
    max_position_embeddings: 256,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: true,
    bos_token_id: 0,
    eos_token_id: 1,
  });
  const vocab = Object.fromEntries(
    Array.from({ length: VOCABULARY }, (_, id) => [
      ['<s>', '</s>'][id] ?? String.fromCharCode(0x4e00 + id),
      id,
    ]),
  );
  const special = (id: number, content: string) => ({ id, content, special: true, normalized: false });
  await json('tokenizer.json', {
    version: '1.0',
    added_tokens: [special(0, '<s>'), special(1, '</s>')],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: { type: 'BPE', vocab, merges: [], unk_token: null },
  });
  await json('tokenizer_config.json', { bos_token: '<s>', eos_token: '</s>' });
  return folder;
}

/** A safetensors file of float32 tensors: matrices of small random numbers, vectors of ones. */
function safetensors(shapes: Record<string, number[]>): Buffer {
  const random = xoroshiro128plus(1);
  const header: Record<string, unknown> = {};
  const data: Buffer[] = [];
  let offset = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const values = new Float32Array(shape.reduce((a, b) => a * b)).fill(1);
    const scale = 1 / Math.sqrt(shape[1] ?? 1);
    if (shape.length === 2)
      values.forEach((_, i) => (values[i] = (uniformInt(random, -1000, 1000) / 1000) * scale));
    data.push(Buffer.from(values.buffer));
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, (offset += values.byteLength)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...data]);
}
