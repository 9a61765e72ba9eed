/** A row of a data set: column → value. */
export type TaskDocument = Record<string, unknown>;
