import { Command } from 'commander';
import { COMMANDS, type CommandName } from '../commands/index.ts';
import { VERSION } from '../version.ts';

export interface BuildProgramOptions {
  /** Commands to load. Default: all. */
  names?: readonly CommandName[];
  /** Receives the exit code of a command's action where it is not 0. */
  exitWith?: (exitCode: number) => void;
}

/** The command line as commander knows it. */
export async function buildProgram(options: BuildProgramOptions = {}): Promise<Command> {
  const { names = Object.keys(COMMANDS) as CommandName[], exitWith = () => {} } = options;
  const program = new Command('quantloop')
    .description(
      'Finds the cheapest quantized version of a language model that still meets your limits, on your hardware.',
    )
    .version(VERSION)
    .exitOverride()
    // Mistakes are told as all others are: `quantloop` throws them on.
    .configureOutput({ outputError: () => {} })
    .helpCommand(false);
  for (const name of names) {
    const { define } = await COMMANDS[name]();
    define(program.command(name), exitWith);
  }
  return program;
}
