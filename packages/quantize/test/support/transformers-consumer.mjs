/**
 * A program that knows nothing of quantloop: opens a model folder in Hugging Face's transformers.js and continues texts
 * greedily. Arguments: folder, number of new tokens, texts. Prints `{ prompt, generated }` ids of each text as JSON.
 */
import { AutoModelForCausalLM, AutoTokenizer, env } from '@huggingface/transformers';

const [folder, newTokens, ...texts] = process.argv.slice(2);
env.allowRemoteModels = false;
const tokenizer = await AutoTokenizer.from_pretrained(folder);
// Repositories on the hub keep their ONNX files in `onnx/`.
const model = await AutoModelForCausalLM.from_pretrained(folder, { subfolder: '' });
const results = [];
for (const text of texts) {
  const inputs = tokenizer(text);
  const output = await model.generate({ ...inputs, max_new_tokens: Number(newTokens), do_sample: false });
  const prompt = inputs.input_ids.tolist()[0].map(Number);
  results.push({ prompt, generated: output.tolist()[0].slice(prompt.length).map(Number) });
}
await model.dispose();
process.stdout.write(JSON.stringify(results));
