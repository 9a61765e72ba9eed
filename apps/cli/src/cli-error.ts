/** Exit codes of the command line. */
export const EXIT = {
  /** A decision was reached, or the command did what it was asked. */
  ok: 0,
  /** Something failed while running. */
  failure: 1,
  /** What was given cannot be used; nothing was begun. */
  invalid: 2,
  /** The campaign ended without an acceptable model (also: too few samples to tell). */
  nothingAcceptable: 3,
  /** A night is worse than the decision before it. */
  regression: 4,
  /** Stopped by the user; the campaign goes on at the next `resume`. */
  interrupted: 130,
} as const;

export interface CliErrorOptions {
  message: string;
  /** What to do next, as a sentence. */
  hint?: string;
  /** For `--json`. @default by the exit code: invalid-input, else failure */
  code?: string;
  /** @default EXIT.failure */
  exitCode?: number;
  cause?: unknown;
  /** Further facts for `--json`. */
  details?: Record<string, unknown>;
}

/** A failure of the command line's own surroundings: a port, a server, a missing program. */
export class CliError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly details: Record<string, unknown> | undefined;

  constructor(options: CliErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.failure;
    this.code = options.code ?? (this.exitCode === EXIT.invalid ? 'invalid-input' : 'failure');
    this.details = options.details;
  }
}
