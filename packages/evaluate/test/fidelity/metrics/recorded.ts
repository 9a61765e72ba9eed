import type { RougeName } from '../../../src/fidelity/metrics/rouge.ts';

interface Scores {
  corpus: number;
  segments: number[];
}

/** What `test/support/record-metrics.py` writes. */
export interface Recorded {
  segments: { answer: string; references: string[] }[];
  bleu: Scores;
  chrf: Scores;
  'chrf++': Scores;
  ter: Scores;
  summaries: { answer: string; reference: string }[];
  rouge: Record<'plain' | 'stemmed', Record<RougeName, number[]>>;
  stems: Record<string, string>;
  classification: {
    gold: number[];
    predicted: number[];
    f1: number | null;
    macro: number;
    weighted: number;
    mcc: number;
  }[];
  bootstrap: { f1: number; bleu: number };
  random: Record<string, [number, number]>;
}
