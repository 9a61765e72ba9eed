// Greedy decoding with transformers.js. Arguments: folder, batch, prompt tokens, new tokens, repetitions.
// Prints the tokens per second of each repetition, prompts included, after one that is not counted.
import { AutoModelForCausalLM, env, Tensor } from '@huggingface/transformers';
import { prompts } from './prompts.mjs';

const [folder, ...numbers] = process.argv.slice(2);
const [batch, promptTokens, newTokens, repetitions] = numbers.map(Number);
env.allowRemoteModels = false;
const model = await AutoModelForCausalLM.from_pretrained(folder, { subfolder: '' });
const ids = BigInt64Array.from(prompts(batch, promptTokens).flat(), BigInt);
const dims = [batch, promptTokens];
const rates = [];
for (let i = 0; i <= repetitions; i++) {
  const inputs = new Tensor('int64', ids, dims);
  const attention_mask = new Tensor('int64', new BigInt64Array(ids.length).fill(1n), dims);
  const started = performance.now();
  const output = await model.generate({
    inputs,
    attention_mask,
    max_new_tokens: newTokens,
    min_new_tokens: newTokens,
    do_sample: false,
  });
  const seconds = (performance.now() - started) / 1000;
  if (output.dims[1] !== promptTokens + newTokens) throw new Error(`it ended early: ${output.dims}`);
  if (i > 0) rates.push((batch * newTokens) / seconds);
}
console.log(JSON.stringify(rates));
