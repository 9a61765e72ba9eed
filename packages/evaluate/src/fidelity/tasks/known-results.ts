import type { Known } from '../../known/read-known.ts';
import type { FidelityItems, TaskItems } from '../fidelity-items.ts';
import { firstDocuments } from '../first-documents.ts';
import type { DocumentResult } from './document-result.ts';
import { NO_SAMPLE } from './items-of.ts';

/** What an earlier look has of a task, of at most `documents`. */
export function knownResults(
  checks: FidelityItems['checks'],
  task: { name: string; bundle: string; documents: number },
): Known<DocumentResult[]> {
  const found = checks.find((check): check is TaskItems => check.kind === 'task' && check.name === task.name);
  if (found === undefined) return {};
  if (found.bundle !== task.bundle) return { ignored: 'of other documents or prompts' };
  const { documents, columns, samples } = firstDocuments(found, task.documents);
  const results = Array.from({ length: documents }, (_, i) => {
    const { document: _document, ...sample } = samples[i] ?? { document: i, ...NO_SAMPLE };
    const values = Object.entries(columns).map(([name, column]) => [name, column[i]!]);
    return { values: Object.fromEntries(values) as Record<string, number>, sample };
  });
  return { results };
}
