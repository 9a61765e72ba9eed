import { randomUUID } from 'node:crypto';

/** What every answer and every one of its events begins with. */
export function answerHead(prefix: string, model: string) {
  return { id: `${prefix}-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
}
