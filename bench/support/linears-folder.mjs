// Writes a folder with a Llama-shaped float32 decoder of random weights: its linear layers and what joins them, which
// is all that a weight quantizer reads. It is never run. Arguments: folder, hidden, intermediate, key-value width,
// layers, vocabulary. Prints the number of weights.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExternalDataWriter, GraphBuilder, writeModel } from '@quantloop/onnx';

const [folder, ...sizes] = process.argv.slice(2);
const [hidden, intermediate, keyValue, layers, vocabulary] = sizes.map(Number);

const g = new GraphBuilder();
const writer = await ExternalDataWriter.open({ folder });
let weights = 0;

/** Values of a linear congruence, uniform: what a weight is does not change how long it takes. */
let state = 1;
const piece = new Float32Array(2 ** 22);
function* values(count) {
  for (let left = count; left > 0; left -= piece.length) {
    const part = piece.subarray(0, Math.min(left, piece.length));
    for (let i = 0; i < part.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      part[i] = (state >> 8) * (0.02 / 2 ** 23);
    }
    yield new Uint8Array(part.buffer, 0, part.byteLength);
  }
}

async function linear(x, name, k, n, outputs) {
  weights += k * n;
  const data = values(k * n);
  const weight = g.addInitializer(
    await writer.append({ name: `${name}.weight`, type: 'float32', dims: [k, n], data }),
  );
  return g.node('MatMul', [x, weight], { name: `/${name}/MatMul`, ...(outputs && { outputs }) });
}

let x = g.input('inputs_embeds', 'float32', ['s', hidden]);
for (let i = 0; i < layers; i++) {
  const layer = `model.layers.${i}`;
  const query = await linear(x, `${layer}.self_attn.q_proj`, hidden, hidden);
  for (const name of ['k', 'v']) {
    const output = g.output(`present.${i}.${name}`, 'float32', ['s', keyValue]);
    await linear(x, `${layer}.self_attn.${name}_proj`, hidden, keyValue, [output]);
  }
  x = g.node('Add', [x, await linear(query, `${layer}.self_attn.o_proj`, hidden, hidden)]);
  const gate = g.node('Sigmoid', [await linear(x, `${layer}.mlp.gate_proj`, hidden, intermediate)]);
  const up = await linear(x, `${layer}.mlp.up_proj`, hidden, intermediate);
  x = g.node('Add', [
    x,
    await linear(g.node('Mul', [gate, up]), `${layer}.mlp.down_proj`, intermediate, hidden),
  ]);
}
const logits = g.output('logits', 'float32', ['s', vocabulary]);
await linear(x, 'lm_head', hidden, vocabulary, [logits]);
await writer.commit();
await writeModel({ model: g.model(), file: join(folder, 'model.onnx') });
writeFileSync(join(folder, 'config.json'), '{"model_type":"llama"}');
console.log(weights);
