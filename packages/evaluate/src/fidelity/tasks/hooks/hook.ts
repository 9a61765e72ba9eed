import type { TaskDocument } from '../data/task-document.ts';

/** What a task makes of a document's results instead of the usual. */
export type ResultHook =
  /** Nothing that its metrics do not do by themselves here. */
  | { byMetrics: true }
  /** The text whose words and bytes a rolling likelihood is divided by. */
  | { counted: (document: TaskDocument) => string }
  /** A question's metrics from the log-likelihoods of its choices. */
  | {
      choices: (document: TaskDocument, loglikelihoods: readonly number[]) => Record<string, number>;
    };

/** A Python function of lm-eval's task folders, written here. */
export type Hook = {
  /** `module.function`, as task files name it. */
  python: string;
  /** Where lm-eval has the module: the folder's name, and what else tells its task files. */
  of: { folder: string; tasks?: readonly string[]; datasets?: readonly string[] };
} &
  /** Undefined leaves the document out. */
  (
    | { field: 'process_docs'; call: (document: TaskDocument) => TaskDocument | undefined }
    | { field: 'filter_fn'; call: (texts: readonly string[], document: TaskDocument) => string[] }
    | { field: 'doc_to_text' | 'doc_to_target' | 'doc_to_choice'; call: (document: TaskDocument) => unknown }
    | { field: 'process_results'; call: ResultHook }
  );

/** A column that a hook reads. @throws Error where the document lacks it. */
export function column(document: TaskDocument, name: string): unknown {
  if (Object.hasOwn(document, name)) return document[name];
  throw new Error(`"${name}" is no column of the document`);
}

/** A column that holds text. */
export function textColumn(document: TaskDocument, name: string): string {
  return String(column(document, name));
}
