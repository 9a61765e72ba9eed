import { QuantloopError } from '@quantloop/core';
import { BoundedRegExp } from '@quantloop/untrusted';

/**
 * Compiles a regular expression written for Python's `re`: leading inline flags, named groups, `\A` and `\Z`.
 *
 * @throws QuantloopError `invalid-spec`; its uses throw `timeout` where the pattern tries too many ways
 */
export function pythonRegex(source: string, place: string): RegExp {
  const inline = /^\(\?([imsu]+)\)/.exec(source);
  const flags = [...new Set(`g${(inline?.[1] ?? '').replace('u', '')}`)].join('');
  const body = source
    .slice(inline?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  try {
    return new BoundedRegExp(body, flags, place);
  } catch (cause) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${place}: ${JSON.stringify(source)} is not a regular expression that can be used here`,
      hint: 'Write it without features that only Python has.',
      cause,
    });
  }
}
