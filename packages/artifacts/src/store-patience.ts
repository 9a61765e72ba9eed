import { QuantloopError } from '@quantloop/core';

const SECONDS = 300;

/**
 * Seconds for which a store that does not answer is waited for, by the environment variable `QUANTLOOP_STORE_PATIENCE`: a share
 * that is remounted, or a server that is restarted, takes a minute. @default 300
 *
 * @throws QuantloopError `invalid-spec` where it is no number of seconds
 */
export function storePatience(): number {
  const written = process.env['QUANTLOOP_STORE_PATIENCE'];
  const seconds = Number(written ?? SECONDS);
  if (seconds >= 0) return seconds;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `QUANTLOOP_STORE_PATIENCE is "${written}", which is not a number of seconds.`,
    hint: `Give seconds, 0 or more, or leave it out for ${SECONDS}.`,
  });
}
