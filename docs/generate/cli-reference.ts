import { allCommands, type CommandNode } from '../../apps/cli/src/program/command-tree.ts';
import { cell, plain, table } from './markdown.ts';

/** The page of every command, from the commands themselves. */
export function cliReference(tree: CommandNode): string {
  const commands = allCommands(tree).filter(({ path, commands }) => path !== '' && commands.length === 0);
  return `# Command line

In a clone the command is \`node scripts/quantloop.mjs\`. Every command has \`--json\`, which prints nothing but JSON on
standard output, and \`--help\`. \`quantloop completion bash|zsh|fish\` prints completions.

| exit code | meaning |
| --- | --- |
| 0 | a decision was reached, or the command did what it was asked |
| 1 | something failed while running |
| 2 | what was given cannot be used; nothing was begun |
| 3 | nothing is acceptable, or too little was measured to tell |
| 4 | a night is worse than the decision before it |
| 130 | interrupted |

${commands.map(section).join('\n\n')}
`;
}

function section({ path, summary, description, arguments: places, options }: CommandNode): string {
  const usage = [
    'quantloop',
    path,
    ...places.map(({ placeholder, required }) => (required ? `<${placeholder}>` : `[${placeholder}]`)),
  ];
  const said = description === '' ? summary : description;
  return [
    `## ${path}`,
    `\`\`\`text\n${usage.join(' ')}\n\`\`\``,
    `${plain(said.charAt(0).toUpperCase() + said.slice(1)).replace(/\.?$/, '.')}`,
    ...(places.length === 0
      ? []
      : [
          table(
            ['argument', 'meaning', 'default'],
            places.map((place) => [cell(place.placeholder), plain(place.description), shown(place.default)]),
          ),
        ]),
    table(
      ['option', 'meaning', 'default'],
      options.map(({ flags, description: meaning, mandatory, value, default: fallback }) => [
        cell(flags),
        plain(meaning) +
          (value !== undefined && value.choices.length > 0 ? ` (${value.choices.map(cell).join(', ')})` : ''),
        mandatory ? 'required' : shown(fallback),
      ]),
    ),
  ].join('\n\n');
}

function shown(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '';
  if (typeof value === 'object' && Object.keys(value!).length === 0) return '';
  return cell(Array.isArray(value) ? value.join(' ') : String(value));
}
