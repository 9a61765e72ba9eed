import { Quantity } from '@quantloop/core';
import { InvalidArgumentError } from 'commander';
import { nonNegativeInteger } from './common-options.ts';

/** A port, 0 meaning any free one. */
export function parseFreePort(text: string): number {
  const port = nonNegativeInteger(text);
  if (port > 65_535) throw new InvalidArgumentError('Ports end at 65535.');
  return port;
}

/** A size such as `4 MiB`, in bytes. */
export function parseBytes(text: string): number {
  const parsed = Quantity.safeParse(text);
  if (!parsed.success || !(parsed.data.value >= 1)) {
    throw new InvalidArgumentError('It must be a size, e.g. 4MiB or 65536.');
  }
  return Math.floor(parsed.data.value);
}
