import { QuantloopError } from '@quantloop/core';
import type { TaskDocument } from './read-documents.ts';
import type { TaskDefinition } from './task-definition.ts';
import { DocumentTemplate } from './template.ts';

/** What a task makes of a document. */
export interface DocumentFields {
  /** The prompt; a number where the choices are contexts and this is the right one (Winogrande). */
  text(document: TaskDocument, id: number): string | number;
  target(document: TaskDocument, id: number): unknown;
  choices(document: TaskDocument, id: number): string[];
}

const DIGITS = /^\d+$/;

/**
 * doc_to_text, doc_to_target and doc_to_choice with lm-eval's rules: a column's name stands for the column, other text
 * is a Jinja template, and with choices a result of digits alone is an index.
 */
export function documentFields(task: TaskDefinition, file: string): DocumentFields {
  const field: Field = (name, source, read) => {
    const template = lazyTemplate(source, `${file}: ${name}`);
    return (document, id) => {
      if (Object.hasOwn(document, source)) return document[source];
      return attempt(() => template()[read](document), `${file}: ${name}, document ${id}`);
    };
  };
  const { doc_to_text, doc_to_target, doc_to_choice } = task;
  const hasChoices = doc_to_choice !== undefined;
  const text =
    typeof doc_to_text === 'string' ? field('doc_to_text', doc_to_text, 'render') : () => doc_to_text;
  const target =
    typeof doc_to_target === 'string'
      ? field('doc_to_target', doc_to_target, 'evaluate')
      : () => doc_to_target;
  return {
    text: (document, id) => {
      const value = text(document, id);
      if (typeof value === 'number' && (hasChoices || typeof doc_to_text === 'number')) return value;
      const written = String(value ?? '');
      return isColumn(doc_to_text, document) ? written : indexOrText(written, hasChoices);
    },
    target: (document, id) => {
      const value = target(document, id);
      if (typeof value !== 'string' || isColumn(doc_to_target, document)) return value;
      return indexOrText(value, hasChoices);
    },
    choices: choicesOf(task, field),
  };
}

/** Reads a field of a task: the column of that name, else what the template yields, as text or as a value. */
type Field = (
  name: string,
  source: string,
  read: 'render' | 'evaluate',
) => (document: TaskDocument, id: number) => unknown;

function choicesOf(task: TaskDefinition, field: Field): DocumentFields['choices'] {
  const { doc_to_choice } = task;
  if (doc_to_choice === undefined) return () => [];
  if (Array.isArray(doc_to_choice)) return () => doc_to_choice;
  if (typeof doc_to_choice === 'object') return () => Object.values(doc_to_choice);
  const choices = field('doc_to_choice', doc_to_choice, 'evaluate');
  return (document, id) => {
    const value = choices(document, id);
    if (Array.isArray(value) && value.length > 0) return value.map(String);
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${task.task}: doc_to_choice of document ${id} is ${JSON.stringify(value)}, expected a list`,
    });
  };
}

const isColumn = (source: unknown, document: TaskDocument) =>
  typeof source === 'string' && Object.hasOwn(document, source);

const indexOrText = (text: string, hasChoices: boolean) =>
  hasChoices && DIGITS.test(text) ? Number(text) : text;

/** Parsed on first use: a source that is a column's name need not be a template. */
function lazyTemplate(source: string, place: string): () => DocumentTemplate {
  let template: DocumentTemplate | undefined;
  return () => (template ??= attempt(() => new DocumentTemplate(source), place));
}

function attempt<T>(run: () => T, place: string): T {
  try {
    return run();
  } catch (cause) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${place}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Templates are Jinja over the columns of the data file.',
      cause,
    });
  }
}
