import type { ServedModel } from '../served-model.ts';

/** `GET /health`: alive, and how busy. */
export function answerHealth({ name, batch }: ServedModel) {
  return { status: 'ok', model: name, ...batch.load };
}
