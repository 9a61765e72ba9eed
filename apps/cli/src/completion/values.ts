/** What can be typed somewhere: words that are known, and things that the shell finds. */
export interface Values {
  words: readonly string[];
  from: 'files' | 'folders' | 'campaigns' | 'runs' | undefined;
}

/** Words that only the packages below know. */
export interface KnownWords {
  methods: readonly string[];
  tasks: readonly string[];
}

/** What an argument or an option takes, told by its placeholder in the help. */
export function valuesOf(placeholder: string, choices: readonly string[], known: KnownWords): Values {
  if (choices.length > 0) return { words: choices, from: undefined };
  switch (placeholder) {
    case 'file':
    case 'path':
      return { words: [], from: 'files' };
    case 'folder':
      return { words: [], from: 'folders' };
    case 'model':
      return { words: ['builtin:demo'], from: 'folders' };
    case 'campaign':
      return { words: [], from: 'campaigns' };
    case 'run':
    case 'before':
    case 'after':
      return { words: [], from: 'runs' };
    case 'method':
      return { words: known.methods, from: undefined };
    case 'task':
      return { words: known.tasks, from: 'files' };
    default:
      return { words: [], from: undefined };
  }
}

/**
 * Finds names for a shell without starting this program, which takes a third of a second: campaigns by the folders of
 * their runs and by the campaign files that lie here, runs by their folders. For `sh -c`; no single quotes inside.
 */
export const FINDERS = {
  campaigns:
    'for d in quantloop-out/*/; do [ -d "$d" ] && basename "$d"; done; ' +
    'sed -n "s/^campaign:[[:space:]]*\\([^[:space:]#]*\\).*/\\1/p" *.yaml *.yml 2>/dev/null',
  runs: 'cd quantloop-out 2>/dev/null && for d in */ */*/; do [ -d "$d" ] && echo "${d%/}"; done',
} as const;
