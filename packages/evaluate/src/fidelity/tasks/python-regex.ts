import { QuantloopError } from '@quantloop/core';

/** Compiles a regular expression written for Python's `re`: leading inline flags, named groups, `\A` and `\Z`. */
export function pythonRegex(source: string, place: string): RegExp {
  const inline = /^\(\?([imsu]+)\)/.exec(source);
  const flags = [...new Set(`g${(inline?.[1] ?? '').replace('u', '')}`)].join('');
  const body = source
    .slice(inline?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  try {
    return new RegExp(body, flags);
  } catch (cause) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${place}: ${JSON.stringify(source)} is not a regular expression that can be used here`,
      hint: 'Write it without features that only Python has.',
      cause,
    });
  }
}
