/**
 * Every kind of failure quantloop knows. The first group is permanent: trying again cannot help.
 * The second is retried by the workflows, each with its own limit.
 */
export const FAILURE_CODES = {
  'invalid-spec': { permanent: true },
  unsupported: { permanent: true },
  'model-corrupt': { permanent: true },
  'non-finite': { permanent: true },
  /** Credentials, permissions, a bucket that is not there: says nothing of the job itself. */
  'store-refused': { permanent: true },
  'artifact-corrupt': { permanent: false },
  'out-of-memory': { permanent: false },
  'device-lost': { permanent: false },
  timeout: { permanent: false },
  'worker-lost': { permanent: false },
  'store-unavailable': { permanent: false },
  'disk-full': { permanent: false },
  /** A server elsewhere does not answer, or not take what it is told: a hub, a webhook. */
  unreachable: { permanent: false },
  /** A defect of quantloop or of a plugin: retried a few times, in case it depends on timing. */
  internal: { permanent: false },
} as const;

export type FailureCode = keyof typeof FAILURE_CODES;

export interface QuantloopErrorOptions {
  code: FailureCode;
  /** What is wrong, naming the offending value and its place (file, line, tensor, key). */
  message: string;
  /** What to do next, as a sentence. */
  hint?: string;
  cause?: unknown;
}

/** Characters of a message; it may quote what a hostile file holds, and histories take no megabytes. */
const LONGEST = 20_000;

const shortened = (text: string) =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} … (${text.length - LONGEST} more characters)`;

/** The one error class of quantloop: a code to act on, a message for people, and the way out. */
export class QuantloopError extends Error {
  readonly code: FailureCode;
  readonly hint: string | undefined;

  constructor(options: QuantloopErrorOptions) {
    super(shortened(options.message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'QuantloopError';
    this.code = options.code;
    this.hint = options.hint;
  }

  /** Whether trying the same thing again can never help. */
  get permanent(): boolean {
    return FAILURE_CODES[this.code].permanent;
  }
}

/** Whether a failure of this code can never be mended by trying again. Unknown codes are worth another attempt. */
export function isPermanent(code: string): boolean {
  return Object.hasOwn(FAILURE_CODES, code) && FAILURE_CODES[code as FailureCode].permanent;
}
