import type { FidelityItems, TaskItems } from '../fidelity-items.ts';
import { firstDocuments } from '../first-documents.ts';
import type { DocumentResult } from '../tasks/document-result.ts';
import { NO_SAMPLE } from '../tasks/items-of.ts';

/** Results of a task's first documents that an earlier look has. */
export interface KnownResults {
  results: DocumentResult[];
  /** Why what it has cannot be used, for the provenance. */
  ignored?: string;
}

/** What an earlier look has of a task, of at most `documents`. */
export function knownResults(
  checks: FidelityItems['checks'],
  task: { name: string; bundle: string; documents: number },
): KnownResults {
  const found = checks.find((check): check is TaskItems => check.kind === 'task' && check.name === task.name);
  if (found === undefined) return { results: [] };
  if (found.bundle !== task.bundle) return { results: [], ignored: 'of other documents or prompts' };
  const { documents, columns, samples } = firstDocuments(found, task.documents);
  const results = Array.from({ length: documents }, (_, i) => {
    const { document: _document, ...sample } = samples[i] ?? { document: i, ...NO_SAMPLE };
    const values = Object.entries(columns).map(([name, column]) => [name, column[i]!]);
    return { values: Object.fromEntries(values) as Record<string, number>, sample };
  });
  return { results };
}
