import { QuantloopError } from '@quantloop/core';
import type { TaskDocument } from './data/task-document.ts';
import type { LoadedTask } from './load-task.ts';

/** A multiple-choice document made ready to be asked. */
export interface Question {
  prompt: string;
  choices: string[];
  /** One a choice, then one a choice without its question where a metric needs that. */
  pairs: { context: string; continuation: string }[];
  /** Indices of the right choices; empty where the data names none that exists: always wrong. */
  gold: number[];
}

export function questionOf(
  task: LoadedTask,
  document: TaskDocument,
  id: number,
  shots: readonly TaskDocument[],
): Question {
  const { definition, fields } = task;
  const choices = fields.choices(document, id);
  const target = fields.target(document, id);
  const prompt = task.prompt(document, id, shots);
  const { target_delimiter } = definition;
  const alone = task.judge.unconditional
    ? choices.map((choice) => ({ context: '', continuation: target_delimiter + choice }))
    : [];
  // Several prompts: the choices are contexts, and all continue with the target.
  if (typeof prompt !== 'string') {
    const continuation = `${target_delimiter}${String(target)}`;
    const pairs = prompt.map((context) => ({ context, continuation }));
    return {
      prompt: prompt[0]!,
      choices,
      pairs: [...pairs, ...alone],
      gold: goldOf(fields.text(document, id), choices),
    };
  }
  const pairs = choices.map((choice) => ({ context: prompt, continuation: target_delimiter + choice }));
  const gold = goldOf(target, choices);
  if (gold.length === 0 && typeof target === 'string' && !/^\d+$/.test(target)) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${definition.task}: the target ${JSON.stringify(target)} of document ${id} is none of its choices`,
      hint: `The choices are ${JSON.stringify(choices)}.`,
    });
  }
  return { prompt, choices, pairs: [...pairs, ...alone], gold };
}

/** An index, a choice's text, or a list of either. */
function goldOf(target: unknown, choices: readonly string[]): number[] {
  if (Array.isArray(target)) return target.flatMap((one) => goldOf(one, choices));
  const index = typeof target === 'string' ? choices.indexOf(target) : Number(target);
  return Number.isInteger(index) && index >= 0 && index < choices.length ? [index] : [];
}
