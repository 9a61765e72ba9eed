import { allCommands, type CommandNode } from '../program/command-tree.ts';
import { FINDERS, valuesOf, type KnownWords } from './values.ts';

/** A script for zsh with its new completion system: a function for each command, with descriptions. */
export function zshCompletion(tree: CommandNode, known: KnownWords): string {
  const functions = allCommands(tree).map((command) => commandFunction(command, known));
  return `#compdef quantloop
# Completions of quantloop for zsh: put it as _quantloop into a folder of $fpath, or source <(quantloop completion zsh)

# Offers words, and what is found: files, folders, campaigns, runs or nothing.
_quantloop_values() {
  local from=$1
  shift
  (( $# )) && compadd -- "$@"
  case $from in
    files) _files ;;
    folders) _files -/ ;;
    campaigns) compadd -- \${(fu)"$(sh -c '${FINDERS.campaigns}')"} ;;
    runs) compadd -- \${(fu)"$(sh -c '${FINDERS.runs}')"} ;;
  esac
}

${functions.join('\n\n')}

if [[ $funcstack[1] == _quantloop ]]; then _quantloop "$@"; else compdef _quantloop quantloop; fi
`;
}

function commandFunction(command: CommandNode, known: KnownWords): string {
  const { options, commands, arguments: places } = command;
  const action = (placeholder: string, choices: readonly string[]) => {
    const { words, from } = valuesOf(placeholder, choices, known);
    const offered = words.map((word) => word.replaceAll(':', '\\:')).join(' ');
    return from === undefined && words.length === 0
      ? `${placeholder}: `
      : `${placeholder}: _quantloop_values ${from ?? 'nothing'} ${offered}`;
  };
  const specs = [
    ...options.map(({ long, description, value }) => {
      const explained = `[${description.replaceAll(/[[\]\\]/g, '\\$&')}]`;
      return value === undefined
        ? `${long}${explained}`
        : `*${long}=${explained}:${action(value.placeholder, value.choices)}`;
    }),
    ...places.map(
      ({ required, placeholder, choices }, i) =>
        `${i + 1}${required ? ':' : '::'}${action(placeholder, choices)}`,
    ),
  ].map((spec) => quoted(spec));
  if (commands.length === 0) return `${functionName(command)}() {\n  _arguments ${continued(specs)}\n}`;
  const described = commands.map(({ name, summary }) => quoted(`${name}:${summary.replaceAll(':', '\\:')}`));
  return `${functionName(command)}() {
  local curcontext="$curcontext" state line
  local -a commands
  typeset -A opt_args
  _arguments -C ${continued([...specs, "'1:command:->command'", "'*::argument:->argument'"])}
  case $state in
    command)
      commands=(${continued(described)})
      _describe command commands
      ;;
    argument)
      case $line[1] in
${commands.map((below) => `        ${below.name}) ${functionName(below)} ;;`).join('\n')}
      esac
      ;;
  esac
}`;
}

const functionName = ({ path }: CommandNode) =>
  ['_quantloop', ...path.split(' ').filter((word) => word !== '')].join('_').replaceAll('-', '_');

const continued = (words: readonly string[]) => words.join(' \\\n    ');

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
