import { splitWords } from '../tasks/python-text.ts';
import { alignWords, type Alignment } from './edit-alignment.ts';

/** What TER needs to know of a segment: sums of these over segments make the corpus's TER. */
export const TER_COLUMNS = ['ter.edits', 'ter.length'];

const MAX_SHIFT = 10;
const MAX_DISTANCE = 50;
const MAX_CANDIDATES = 1000;

/**
 * A segment's part in TER (Snover et al. 2006) as sacrebleu counts it, which follows Tercom: lower case, words between
 * spaces, blocks shifted greedily while that saves edits; the fewest edits over references, their mean length.
 *
 * @returns edits and reference length.
 */
export function terCounts(answer: string, references: readonly string[]): number[] {
  const words = splitWords(answer.toLowerCase());
  const targets = references.map((reference) => splitWords(reference.toLowerCase()));
  const edits = targets.map((target) => countEdits(words, target));
  const length = targets.reduce((sum, target) => sum + target.length, 0) / targets.length;
  return [Math.min(...edits), length];
}

/** Edits in per cent of the references' words: above 100 where the answer is long. */
export function terOfSums(sums: readonly number[]): number {
  const [edits = 0, length = 0] = sums;
  if (length > 0) return (100 * edits) / length;
  return edits > 0 ? 100 : 0;
}

function countEdits(hypothesis: readonly string[], reference: readonly string[]): number {
  if (reference.length === 0) return hypothesis.length;
  const budget = { candidates: MAX_CANDIDATES };
  let words = hypothesis;
  let alignment = alignWords(words, reference);
  for (let shifts = 0; ; shifts++) {
    const shifted = bestShift(words, reference, alignment, budget);
    if (budget.candidates <= 0 || shifted === undefined) return shifts + alignment.distance;
    words = shifted;
    alignment = alignWords(words, reference);
  }
}

interface Candidate {
  gain: number;
  length: number;
  from: number;
  to: number;
  words: readonly string[];
}

/**
 * The words after the shift that saves most edits, among equals the longest, then the first from, then the first to;
 * undefined where none saves any.
 */
function bestShift(
  words: readonly string[],
  reference: readonly string[],
  alignment: Alignment,
  budget: { candidates: number },
): readonly string[] | undefined {
  let best: Candidate | undefined;
  for (const block of matchingBlocks(words, reference)) {
    const { from, at, length } = block;
    if (!isUseful(block, alignment)) continue;
    let previous = -1;
    for (let offset = -1; offset < length && at + offset < reference.length; offset++) {
      const to = at + offset === -1 ? 0 : alignment.positions[at + offset]! + 1;
      if (to === previous) continue;
      previous = to;
      const shifted = moveBlock(words, from, length, to);
      const gain = alignment.distance - alignWords(shifted, reference).distance;
      budget.candidates -= 1;
      const candidate = { gain, length, from, to, words: shifted };
      if (best === undefined || isBetter(candidate, best)) best = candidate;
    }
    if (budget.candidates <= 0) break;
  }
  return best !== undefined && best.gain > 0 ? best.words : undefined;
}

interface Block {
  /** Where it stands in the hypothesis, and where in the reference. */
  from: number;
  at: number;
  length: number;
}

function* matchingBlocks(words: readonly string[], reference: readonly string[]): Generator<Block> {
  for (let from = 0; from < words.length; from++) {
    const first = Math.max(0, from - MAX_DISTANCE);
    const end = Math.min(reference.length, from + MAX_DISTANCE + 1);
    for (let at = first; at < end; at++) {
      for (let i = 0; i < MAX_SHIFT; i++) {
        if (from + i >= words.length || at + i >= reference.length) break;
        if (words[from + i] !== reference[at + i]) break;
        yield { from, at, length: i + 1 };
      }
    }
  }
}

/** Only what is wrong where it stands may move, only to where the reference is missed, and not into itself. */
function isUseful({ from, at, length }: Block, { positions, wrong, missed }: Alignment): boolean {
  const any = (flags: Uint8Array, start: number) => flags.subarray(start, start + length).includes(1);
  const target = positions[at]!;
  return any(wrong, from) && any(missed, at) && !(from <= target && target < from + length);
}

/** The words with those of a block taken out and put in again before what stood at `to`. */
function moveBlock(words: readonly string[], from: number, length: number, to: number): string[] {
  const block = words.slice(from, from + length);
  const rest = [...words.slice(0, from), ...words.slice(from + length)];
  // Tercom's target within the block counts from the block's start, one past it from the block's end.
  const target = to < from ? to : to > from + length ? to - length : to;
  return [...rest.slice(0, target), ...block, ...rest.slice(target)];
}

function isBetter(a: Candidate, b: Candidate): boolean {
  return (a.gain - b.gain || a.length - b.length || b.from - a.from || b.to - a.to) > 0;
}
