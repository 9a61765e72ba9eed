import { userInfo } from 'node:os';
import { CliError, EXIT } from '../cli-error.ts';

/** Who acts, for the record, where nobody says so. */
export function loginName(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new CliError({
      message: 'This user has no name, and the record says who did it',
      hint: 'Say who with --by.',
      exitCode: EXIT.invalid,
      cause,
    });
  }
}
