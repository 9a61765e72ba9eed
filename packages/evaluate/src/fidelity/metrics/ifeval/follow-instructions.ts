import { QuantloopError, suggestName } from '@quantloop/core';
import { z } from 'zod';
import type { TaskDocument } from '../../tasks/data/task-document.ts';
import { strip } from '../../tasks/python-text.ts';
import { INSTRUCTIONS } from './instructions.ts';

/** The columns of google/IFEval that are read. */
const Columns = z.object({
  instruction_id_list: z.array(z.string()).min(1),
  kwargs: z.array(z.record(z.string(), z.unknown())),
});

/**
 * Which of a document's instructions a response follows: as it stands, or loosely, in any of eight versions of it
 * (without asterisks, its first line, its last line).
 *
 * @throws QuantloopError `invalid-spec` naming the instruction where the document does not fit
 */
export function followInstructions(
  document: TaskDocument,
  response: string,
  place: string,
): { strict: boolean[]; loose: boolean[] } {
  const columns = Columns.safeParse(document);
  if (!columns.success) throw invalid(`${place}: ${z.prettifyError(columns.error)}`);
  const { instruction_id_list: ids, kwargs } = columns.data;
  const versions = versionsOf(response);
  const checks = ids.map((id, i) => checkOf(id, kwargs[i] ?? {}, place));
  const follows = (check: (text: string) => boolean, text: string) => strip(text) !== '' && check(text);
  return {
    strict: checks.map((check) => follows(check, response)),
    loose: checks.map((check) => versions.some((version) => follows(check, version))),
  };
}

function checkOf(id: string, kwargs: Record<string, unknown>, place: string): (text: string) => boolean {
  const instruction = Object.hasOwn(INSTRUCTIONS, id) ? INSTRUCTIONS[id] : undefined;
  if (instruction === undefined) {
    throw invalid(`${place}: unknown instruction "${id}"`, suggestName(id, Object.keys(INSTRUCTIONS)));
  }
  // Tables have a column for every argument of any instruction, null where it is of another.
  const given = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null));
  const parsed = instruction.arguments.safeParse(given);
  if (!parsed.success) throw invalid(`${place}: kwargs of ${id}: ${z.prettifyError(parsed.error)}`);
  return (text) => instruction.follows(text, parsed.data, `${place}: ${id}`);
}

function versionsOf(response: string): string[] {
  const lines = response.split('\n');
  const cut = [lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((part) => strip(part.join('\n')));
  const versions = [response, ...cut];
  return [...versions, ...versions.map((version) => version.replaceAll('*', ''))];
}

function invalid(message: string, hint?: string): QuantloopError {
  return new QuantloopError({ code: 'invalid-spec', message, ...(hint === undefined ? {} : { hint }) });
}
