import { CommanderError, type Command } from 'commander';
import { suggestName } from '@quantloop/core';
import { CliError, EXIT } from './cli-error.ts';
import { COMMANDS, isCommandName } from './commands/index.ts';
import { reportError } from './output/report-error.ts';
import { buildProgram } from './program/build-program.ts';

/** Runs the command line and returns its exit code. Only the named command's code is loaded. */
export async function quantloop(args: readonly string[]): Promise<number> {
  const state = { exitCode: EXIT.ok as number };
  try {
    const program = await build(args, state);
    await program.parseAsync([...args], { from: 'user' });
    return state.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const told = error instanceof CommanderError ? misuse(error, args) : error;
    return reportError(told, { json: args.includes('--json'), verbose: args.includes('--verbose') });
  }
}

/** What commander says of arguments that it cannot take, and the help of the command they were given to. */
function misuse({ code, message }: CommanderError, args: readonly string[]): CliError {
  const command = args.filter((arg) => !arg.startsWith('-')).slice(0, 1);
  // Of a command that has commands below it, called without one, commander has shown the help.
  const said = code === 'commander.help' ? `${command.join(' ')}: no command was named` : message;
  return new CliError({
    message: said.replace(/^error: /, ''),
    hint: `See \`${['quantloop', ...command, '--help'].join(' ')}\`.`,
    exitCode: EXIT.invalid,
  });
}

async function build(args: readonly string[], state: { exitCode: number }): Promise<Command> {
  const wanted = args.find((arg) => !arg.startsWith('-'));
  if (wanted !== undefined && !isCommandName(wanted)) {
    throw new CliError({
      message: `unknown command "${wanted}"`,
      hint: suggestName(wanted, Object.keys(COMMANDS)),
      exitCode: EXIT.invalid,
    });
  }
  const program = await buildProgram({
    ...(wanted !== undefined && { names: [wanted] }),
    exitWith: (exitCode) => {
      state.exitCode = exitCode;
    },
  });
  if (args.length === 0) program.outputHelp();
  return program;
}
