import { QuantloopError } from '@quantloop/core';
import type { TaskDocument } from '../data/task-document.ts';
import { documentFields, textReader, type DocumentFields, type DocumentId } from '../document-fields.ts';
import { WHITESPACE } from '../python-text.ts';
import type { TaskDefinition } from '../task-definition.ts';

/** Writes the prompt of a document: one text, or one a choice where the choices are contexts. */
export type PromptBuilder = (
  document: TaskDocument,
  id: DocumentId,
  shots: readonly TaskDocument[],
) => string | string[];

/**
 * Prompts as lm-eval 0.4.13 builds them without a chat template: description, then each example as question,
 * delimiter, answer and blank line, then the question itself, and the beginning of the answer where the task has one.
 */
export function promptBuilder(task: TaskDefinition, fields: DocumentFields, place: string): PromptBuilder {
  const description = textReader(task.description, 'description', place);
  const prefix = textReader(task.gen_prefix ?? '', 'gen_prefix', place);
  const example = exampleWriter(task, place);
  return (document, id, shots) => {
    const question = fields.text(document, id);
    const contexts = typeof question === 'number' ? fields.choices(document, id) : undefined;
    const head =
      description(document, id) + shots.map((shot) => example(shot, contexts !== undefined)).join('');
    const begin = prefix(document, id);
    if (contexts === undefined) return head + withPrefix(String(question), begin, task.target_delimiter);
    return contexts.map((context) => head + withPrefix(context, begin, ''));
  };
}

type ExampleWriter = (shot: TaskDocument, choicesAreContexts: boolean) => string;

function exampleWriter(task: TaskDefinition, place: string): ExampleWriter {
  const config = task.fewshot_config;
  const sources = {
    doc_to_text: config?.doc_to_text ?? task.doc_to_text,
    doc_to_target: config?.doc_to_target ?? task.doc_to_target,
    doc_to_choice: config?.doc_to_choice ?? task.doc_to_choice,
  };
  const fields = documentFields(task, place, sources);
  const prefix = textReader(config?.gen_prefix ?? task.gen_prefix ?? '', 'gen_prefix', place);
  const targetDelimiter = config?.target_delimiter ?? task.target_delimiter;
  const delimiter = config?.fewshot_delimiter ?? task.fewshot_delimiter;
  const id = 'of an example';
  return (shot, choicesAreContexts) => {
    const choices = fields.choices(shot, id);
    const text = fields.text(shot, id);
    const question = choicesAreContexts ? choices[Number(text)] : text;
    if (typeof question !== 'string') {
      throw notText(place, 'question', text, choices);
    }
    const target = fields.target(shot, id);
    const begin = prefix(shot, id);
    if (target === '' || target == null) return withPrefix(question, begin, targetDelimiter);
    const answer = answerOf(target, choicesAreContexts ? [] : choices);
    if (typeof answer !== 'string') throw notText(place, 'answer', target, choices);
    if (begin === '') return question + targetDelimiter + answer + delimiter;
    return withPrefix(question, join(begin, answer, ' '), targetDelimiter, begin) + delimiter;
  };
}

/** An index names a choice; of several targets the first is shown. */
function answerOf(target: unknown, choices: readonly string[]): unknown {
  if (Array.isArray(target)) return target[0] as unknown;
  if (choices.length === 0 || (typeof target !== 'number' && typeof target !== 'boolean')) return target;
  return choices.at(Number(target));
}

/** A question and the beginning of its answer; the delimiter stands between them where neither has whitespace. */
function withPrefix(question: string, answer: string, delimiter: string, prefix = answer): string {
  if (prefix === '' || question === '') return question + answer;
  return isSpaced(question, prefix) ? question + answer : question + delimiter + answer;
}

function join(prefix: string, text: string, delimiter: string): string {
  return prefix === '' || text === '' || isSpaced(prefix, text) ? prefix + text : prefix + delimiter + text;
}

const SPACE = new RegExp(`[${WHITESPACE}]`);
const isSpaced = (left: string, right: string) => SPACE.test(left.at(-1)!) || SPACE.test(right[0]!);

function notText(place: string, what: string, value: unknown, choices: readonly string[]): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message: `${place}: the ${what} of an example is ${JSON.stringify(value)}, expected text`,
    hint:
      choices.length > 0
        ? `The choices are ${JSON.stringify(choices)}.`
        : 'Write it as a template, e.g. "{{answer}}", which makes text of a number.',
  });
}
