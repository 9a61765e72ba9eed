import { allCommands, type CommandNode } from '../program/command-tree.ts';
import { FINDERS, valuesOf, type KnownWords } from './values.ts';

/** A script for bash 3.2 and later. One table tells what can follow; one function reads the line. */
export function bashCompletion(tree: CommandNode, known: KnownWords): string {
  return `# Completions of quantloop for bash: source <(quantloop completion bash)

# Sets offered, from and many for a place on the command line; fails where nothing can be typed.
_quantloop_at() {
  offered= from= many=
  case $1 in
${allCommands(tree)
  .flatMap((command) => entries(command, known))
  .join('\n')}
    *) return 1 ;;
  esac
}

_quantloop() {
  local words=() n=0 i word cur command= wanted= at=0 offered from many
  # Bash cuts words at = and :, which are parts of ours.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((n > 1)) && [[ $word == [=:]* || \${words[n-1]} == *[=:] ]]; then
      words[n-1]+=$word
    else
      words[n]=$word
      n=$((n + 1))
    fi
  done
  cur=\${words[n-1]}
  for ((i = 1; i < n - 1; i++)); do
    word=\${words[i]}
    if [[ $word == --*=* ]]; then
      wanted=
    elif [[ $word == -* ]]; then
      wanted=
      _quantloop_at "$command/$word" && wanted=$word
    elif [[ -n $wanted ]]; then
      _quantloop_at "$command/$wanted"
      [[ -n $many ]] || wanted=
    elif _quantloop_at "$command/commands"; then
      command=\${command:+$command }$word
    else
      at=$((at + 1))
    fi
  done
  if [[ $cur == --*=* ]]; then
    _quantloop_at "$command/\${cur%%=*}"
    cur=\${cur#*=}
  elif [[ $cur == -* ]]; then
    _quantloop_at "$command/options"
  elif [[ -n $wanted ]]; then
    _quantloop_at "$command/$wanted"
  else
    _quantloop_at "$command/commands" || _quantloop_at "$command/$at"
  fi
  case $from in
    campaigns) offered+=" $(sh -c '${FINDERS.campaigns}')" ;;
    runs) offered+=" $(sh -c '${FINDERS.runs}')" ;;
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$cur"))
  if [[ $from == files || $from == folders ]]; then
    [[ \${#COMPREPLY[@]} -gt 0 ]] || compopt -o filenames 2>/dev/null
    local IFS=$'\\n' kind=-f
    [[ $from == folders ]] && kind=-d
    COMPREPLY+=($(compgen $kind -- "$cur"))
  fi
  # What stands before a colon is not replaced.
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do
      COMPREPLY[i]=\${COMPREPLY[i]#"\${cur%"\${cur##*:}"}"}
    done
  fi
}

complete -F _quantloop quantloop
`;
}

/** What can follow a command: commands, options, the value of each option, each argument. */
function entries({ path, arguments: places, options, commands }: CommandNode, known: KnownWords): string[] {
  const entry = (key: string, settings: string) => `    '${path}/${key}') ${settings} ;;`;
  const settings = (placeholder: string, choices: readonly string[], many = false) => {
    const { words, from } = valuesOf(placeholder, choices, known);
    return [`offered='${words.join(' ')}'`, `from=${from ?? ''}`, ...(many ? ['many=1'] : [])].join(' ');
  };
  return [
    ...(commands.length === 0
      ? []
      : [entry('commands', `offered='${commands.map(({ name }) => name).join(' ')}'`)]),
    entry('options', `offered='${options.map(({ long }) => long).join(' ')}'`),
    ...options.flatMap(({ long, value }) =>
      value === undefined ? [] : [entry(long, settings(value.placeholder, value.choices, value.many))],
    ),
    ...places.map(({ placeholder, choices }, i) => entry(String(i), settings(placeholder, choices))),
  ];
}
