import { allCommands, type CommandNode } from '../program/command-tree.ts';
import { FINDERS, valuesOf, type KnownWords, type Values } from './values.ts';

/** A script for fish 3 and later: one line for each thing that can be typed. */
export function fishCompletion(tree: CommandNode, known: KnownWords): string {
  return `# Completions of quantloop for fish: quantloop completion fish | source

# Whether the line begins with this command.
function __quantloop_in
    set -l words (commandline -opc)
    set -l last (math 1 + (count $argv))
    test "$words[2..$last]" = "$argv"
end

# Whether nothing but this command was typed.
function __quantloop_after
    set -l words (commandline -opc)
    test "$words[2..]" = "$argv"
end

function __quantloop_campaigns
    sh -c '${FINDERS.campaigns.replaceAll('\\', '\\\\')}'
end

function __quantloop_runs
    sh -c '${FINDERS.runs}'
end

complete -c quantloop -f
${allCommands(tree)
  .flatMap((command) => lines(command, known))
  .join('\n')}
`;
}

function lines({ path, options, commands, arguments: places }: CommandNode, known: KnownWords): string[] {
  const line = (where: 'in' | 'after', ...parts: string[]) =>
    ['complete -c quantloop', `-n '__quantloop_${where}${path && ` ${path}`}'`, ...parts].join(' ');
  return [
    ...commands.map(({ name, summary }) => line('after', `-a ${name}`, `-d ${quoted(summary)}`)),
    ...options.map(({ long, description, value }) =>
      line(
        path === '' ? 'after' : 'in',
        `-l ${long.slice(2)}`,
        `-d ${quoted(description)}`,
        ...(value === undefined ? [] : valueFlags(valuesOf(value.placeholder, value.choices, known))),
      ),
    ),
    // Places are not counted: what fits any argument of the command is offered for each.
    ...places
      .map(({ placeholder, choices }) => valuesOf(placeholder, choices, known))
      .filter(({ words, from }) => words.length > 0 || from !== undefined)
      .map((values) => line('in', ...offered(values))),
  ];
}

/** `-x`: a value must follow, and no file is one. */
const valueFlags = (values: Values) => [values.from === 'files' ? '-r' : '-x', ...offered(values)];

function offered({ words, from }: Values): string[] {
  const found = {
    files: undefined,
    folders: '(__fish_complete_directories)',
    campaigns: '(__quantloop_campaigns)',
    runs: '(__quantloop_runs)',
  };
  const all = [...words, ...(from === undefined ? [] : [found[from]])].filter((word) => word !== undefined);
  return [...(from === 'files' ? ['-F'] : []), ...(all.length === 0 ? [] : [`-a '${all.join(' ')}'`])];
}

const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
