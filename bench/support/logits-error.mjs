// Prints how far the logits of held-out tokens move from one model folder to another: ‖after − before‖ / ‖before‖.
// Arguments: before, after, file of token sequences.
import { readFileSync } from 'node:fs';
import { forwardLogits, openSession } from '@quantloop/runtime';

const [before, after, file] = process.argv.slice(2);
const { heldOut } = JSON.parse(readFileSync(file, 'utf8'));
const engine = { kind: 'onnxruntime', provider: 'cpu' };
const logitsOf = async (folder) => {
  await using session = await openSession({ folder, engine });
  return (await forwardLogits({ session, rows: heldOut })).logits.data;
};
const expected = await logitsOf(before);
const found = await logitsOf(after);
let off = 0;
let size = 0;
for (let i = 0; i < expected.length; i++) {
  off += (found[i] - expected[i]) ** 2;
  size += expected[i] ** 2;
}
console.log(Math.sqrt(off / size));
