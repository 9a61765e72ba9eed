import { QuantloopError } from '@quantloop/core';
import type { TaskDocument } from './data/task-document.ts';
import { FunctionReference } from './definition/function-reference.ts';
import { findHook } from './hooks/find-hook.ts';
import { onDocument } from './on-document.ts';
import { pythonLiteral } from './python-literal.ts';
import { pythonStr } from './python-str.ts';
import type { TaskDefinition } from './task-definition.ts';
import { DocumentTemplate } from './template.ts';

/** What a task makes of a document. */
export interface DocumentFields {
  /** The prompt; a number where the choices are contexts and this is the right one (Winogrande). */
  text(document: TaskDocument, id: DocumentId): string | number;
  target(document: TaskDocument, id: DocumentId): unknown;
  /** None where the task has no choices. */
  choices(document: TaskDocument, id: DocumentId): string[];
}

/** Place of a document in its data set, or what else tells it in a message. */
export type DocumentId = number | string;

type FieldSources = Pick<TaskDefinition, 'doc_to_text' | 'doc_to_target' | 'doc_to_choice'>;

const DIGITS = /^\d+$/;

/**
 * doc_to_text, doc_to_target and doc_to_choice with lm-eval's rules: a column's name stands for the column, other text
 * is a Jinja template, with choices a result of digits alone is an index, and a target in brackets is a list.
 *
 * @param sources where the fields come from; the task itself, unless its examples are written otherwise.
 */
export function documentFields(
  task: TaskDefinition,
  place: string,
  sources: FieldSources = task,
): DocumentFields {
  const hasChoices = task.doc_to_choice != null;
  const read = (name: keyof FieldSources, mode: 'render' | 'evaluate') =>
    fieldReader(task, sources, name, mode, place);
  const text = read('doc_to_text', 'render');
  const target = read('doc_to_target', 'evaluate');
  const choices = read('doc_to_choice', 'evaluate');
  return {
    text: (document, id) => {
      const { value, from } = text(document, id);
      if (typeof value === 'number' && (hasChoices || from === 'literal')) return value;
      const written = pythonStr(value);
      return from === 'template' ? indexOrText(written, hasChoices) : written;
    },
    target: (document, id) => {
      const { value, from } = target(document, id);
      if (from !== 'template' || Array.isArray(value)) return value;
      return listOrText(indexOrText(pythonStr(value), hasChoices));
    },
    choices: (document, id) => {
      if (sources.doc_to_choice == null) return [];
      const { value } = choices(document, id);
      const list = typeof value === 'string' ? listOrText(value.trim()) : value;
      if (Array.isArray(list) && list.length > 0) return list.map(pythonStr);
      throw new QuantloopError({
        code: 'invalid-spec',
        message: `${task.task}: doc_to_choice of document ${id} is ${JSON.stringify(value)}, expected a list`,
      });
    },
  };
}

interface FieldValue {
  value: unknown;
  from: 'literal' | 'column' | 'template' | 'hook';
}

/** Reads a field of a task: a value written out, the column of that name, or what template or hook make of a document. */
function fieldReader(
  task: TaskDefinition,
  sources: FieldSources,
  name: keyof FieldSources,
  mode: 'render' | 'evaluate',
  place: string,
): (document: TaskDocument, id: DocumentId) => FieldValue {
  const source = sources[name];
  if (source instanceof FunctionReference) {
    const hook = findHook(source, name, task, place);
    return (document, id) => ({
      value: onDocument(() => hook(document), document, `${place}: ${name}, document ${id}`),
      from: 'hook',
    });
  }
  if (typeof source !== 'string') {
    const value: unknown =
      typeof source === 'object' && source !== null ? Object.values(source) : (source ?? undefined);
    return () => ({ value, from: 'literal' });
  }
  let template: DocumentTemplate | undefined;
  return (document, id) => {
    if (Object.hasOwn(document, source)) return { value: document[source], from: 'column' };
    // Parsed on first use: a source that is a column's name need not be a template.
    const value = onDocument(
      () => (template ??= new DocumentTemplate(source))[mode](document),
      document,
      `${place}: ${name}, document ${id}`,
    );
    return { value, from: 'template' };
  };
}

/** A field that is always text: description and gen_prefix. */
export function textReader(
  source: string,
  name: string,
  place: string,
): (document: TaskDocument, id: DocumentId) => string {
  if (source === '') return () => '';
  let template: DocumentTemplate | undefined;
  return (document, id) => {
    if (Object.hasOwn(document, source)) return pythonStr(document[source]);
    const where = `${place}: ${name}, document ${id}`;
    return onDocument(() => (template ??= new DocumentTemplate(source)).render(document), document, where);
  };
}

const indexOrText = (text: string, hasChoices: boolean) =>
  hasChoices && DIGITS.test(text) ? Number(text) : text;

/** A list written as Python text; other text, and what only looks like a list, as it is. */
function listOrText(value: string | number): unknown {
  if (typeof value === 'number' || !value.startsWith('[') || !value.endsWith(']')) return value;
  try {
    return pythonLiteral(value);
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}
