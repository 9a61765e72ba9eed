import { Command, CommanderError } from 'commander';
import { suggestName } from '@quantloop/core';
import { CliError, EXIT } from './cli-error.ts';
import { COMMANDS, isCommandName, type CommandName } from './commands/index.ts';
import { reportError } from './output/report-error.ts';
import { VERSION } from './version.ts';

/** Runs the command line and returns its exit code. Only the named command's code is loaded. */
export async function quantloop(args: readonly string[]): Promise<number> {
  const state = { exitCode: EXIT.ok as number };
  try {
    const program = await build(args, state);
    await program.parseAsync([...args], { from: 'user' });
    return state.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.invalid;
    return reportError(error, { json: args.includes('--json'), verbose: args.includes('--verbose') });
  }
}

async function build(args: readonly string[], state: { exitCode: number }): Promise<Command> {
  const program = new Command('quantloop')
    .description(
      'Finds the cheapest quantized version of a language model that still meets your limits, on your hardware.',
    )
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(see quantloop --help)')
    .helpCommand(false);
  const wanted = args.find((arg) => !arg.startsWith('-'));
  if (wanted !== undefined && !isCommandName(wanted)) {
    throw new CliError({
      message: `unknown command "${wanted}"`,
      hint: suggestName(wanted, Object.keys(COMMANDS)),
      exitCode: EXIT.invalid,
    });
  }
  const names = wanted === undefined ? (Object.keys(COMMANDS) as CommandName[]) : [wanted];
  for (const name of names) {
    const { define } = await COMMANDS[name]();
    const command = program.command(name).exitOverride();
    define(command, (exitCode) => {
      state.exitCode = exitCode;
    });
  }
  if (args.length === 0) program.outputHelp();
  return program;
}
