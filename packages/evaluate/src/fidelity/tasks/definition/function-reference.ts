import type { ScalarTag } from 'yaml';

/** A `!function module.name` of a task file: Python code there, chosen by name here. */
export class FunctionReference {
  /** As written, e.g. `utils.process_docs`. */
  readonly name: string;
  /** Name of the folder of the file it stands in: modules are beside their task file. */
  readonly folder: string;

  constructor(name: string, folder = '') {
    this.name = name;
    this.folder = folder;
  }
}

/** Lets YAML carry function references in and out. */
export function functionTag(folder: string): ScalarTag {
  return {
    tag: '!function',
    resolve: (text) => new FunctionReference(text, folder),
    identify: (value) => value instanceof FunctionReference,
    stringify: ({ value }) => (value as FunctionReference).name,
  };
}
