import type { Argument, Command, Option } from 'commander';

/** A command with everything that may follow it, as plain data: what completions and reference pages are made of. */
export interface CommandNode {
  /** As typed after `quantloop`, e.g. `schedule apply`; empty for `quantloop` itself. */
  path: string;
  name: string;
  /** In a few words. */
  summary: string;
  /** In sentences, where there are any. */
  description: string;
  arguments: ArgumentNode[];
  options: OptionNode[];
  commands: CommandNode[];
}

/** What is typed by its place. */
export interface ArgumentNode {
  /** What stands for it in the help, e.g. `file`: also what kind of thing it is. */
  placeholder: string;
  required: boolean;
  description: string;
  choices: readonly string[];
  default: unknown;
}

export interface OptionNode {
  /** e.g. `--out`. */
  long: string;
  /** As in the help, e.g. `--out <folder>`. */
  flags: string;
  description: string;
  /** Must be given. */
  mandatory: boolean;
  /** What follows it; undefined for a switch. */
  value: { placeholder: string; many: boolean; choices: readonly string[] } | undefined;
  default: unknown;
}

/** Describes a command and all below it. */
export function commandTree(command: Command, above: readonly string[] = []): CommandNode {
  const path = command.parent === null ? [] : [...above, command.name()];
  return {
    path: path.join(' '),
    name: command.name(),
    summary: command.summary() || command.description(),
    description: command.description(),
    arguments: command.registeredArguments.map(argumentNode),
    options: command.createHelp().visibleOptions(command).map(optionNode),
    commands: command.commands.map((below) => commandTree(below, path)),
  };
}

/** A command and all below it, each once, in the order of the help. */
export function allCommands(tree: CommandNode): CommandNode[] {
  return [tree, ...tree.commands.flatMap(allCommands)];
}

function argumentNode(argument: Argument): ArgumentNode {
  return {
    placeholder: argument.name(),
    required: argument.required,
    description: argument.description,
    choices: argument.argChoices ?? [],
    default: argument.defaultValue,
  };
}

function optionNode(option: Option): OptionNode {
  const { flags, description, mandatory, variadic: many, argChoices: choices = [], defaultValue } = option;
  const placeholder = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]/.exec(flags)?.[1];
  return {
    long: option.long ?? flags,
    flags,
    description,
    mandatory,
    value: placeholder === undefined ? undefined : { placeholder, many, choices },
    default: defaultValue,
  };
}
