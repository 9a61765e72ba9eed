import { QuantloopError } from '@quantloop/core';
import colors from 'picocolors';
import { CliError, EXIT } from '../cli-error.ts';
import { foldLines } from './fit-lines.ts';

interface Reported {
  exitCode: number;
  code: string;
  message: string;
  hint: string | undefined;
  details: Record<string, unknown> | undefined;
}

/** Prints one error, as a message with the way out or as JSON, and returns the exit code. */
export function reportError(error: unknown, options: { json: boolean; verbose: boolean }): number {
  const { exitCode, code, message, hint, details } = describe(error);
  if (exitCode === EXIT.interrupted) {
    if (options.json) process.stdout.write(`${JSON.stringify({ interrupted: true, message })}\n`);
    else print(`\n${message}`);
    return exitCode;
  }
  const verbose = options.verbose || Boolean(process.env['QUANTLOOP_DEBUG']);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ error: { code, message, hint, ...details } })}\n`);
  } else {
    const [first = '', ...rest] = message.split('\n');
    print([`${colors.red('error')} ${first}`, ...rest.map((line) => `      ${line}`)].join('\n'));
    if (hint !== undefined) print(`      ${colors.dim(hint)}`);
  }
  if (verbose && error instanceof Error) console.error(error);
  return exitCode;
}

const print = (text: string) => console.error(foldLines(text, process.stderr));

function describe(error: unknown): Reported {
  if (error instanceof CliError) {
    const { exitCode, code, message, hint, details } = error;
    return { exitCode, code, message, hint, details };
  }
  if (error instanceof QuantloopError) {
    const { code, message, hint } = error;
    return { exitCode: exitCodeOf(code, error.permanent), code, message, hint, details: undefined };
  }
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') {
    const hint =
      code === 'ENOSPC'
        ? 'Make room, or use another disk: --dir and --out.'
        : 'Use another folder: --dir and --out.';
    return { exitCode: EXIT.invalid, code, message: (error as Error).message, hint, details: undefined };
  }
  return {
    exitCode: EXIT.failure,
    code: 'internal',
    message: `Unexpected: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    hint: 'Run it again with --verbose to see where it happened.',
    details: undefined,
  };
}

/** What no retry can mend is a matter of what was given; so is a full disk. */
export function exitCodeOf(code: string, permanent: boolean): number {
  return permanent || code === 'disk-full' ? EXIT.invalid : EXIT.failure;
}
