/** What is kept of one document: the values its metrics are made of, and what was asked and answered. */
export interface DocumentResult {
  /** Column → value, e.g. `{ acc: 1, acc_norm: 0 }`. */
  values: Record<string, number>;
  sample: DocumentSample;
}

/** For reading side by side. */
export interface DocumentSample {
  prompt: string;
  target: string;
  /** Generated text, or one entry a choice. */
  responses: string[];
}
