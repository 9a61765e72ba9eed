// Greedy decoding with our onnxruntime engine. Arguments and output as in decode-transformers.mjs.
import { ENGINES } from '@quantloop/evaluate';
import { prompts } from './prompts.mjs';

const [folder, ...numbers] = process.argv.slice(2);
const [batch, promptTokens, newTokens, repetitions] = numbers.map(Number);
const model = await ENGINES.onnxruntime.open({ folder, spec: { kind: 'onnxruntime', provider: 'cpu' } });
const rates = [];
for (let i = 0; i <= repetitions; i++) {
  const started = performance.now();
  await Promise.all(
    prompts(batch, promptTokens).map((prompt) =>
      model.generate({ prompt: Int32Array.from(prompt), newTokens }),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  if (i > 0) rates.push((batch * newTokens) / seconds);
}
await model.release();
console.log(JSON.stringify(rates));
