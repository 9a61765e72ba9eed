import { QuantloopError } from '@quantloop/core';
import canonicalize from 'canonicalize';

/** A value as canonical JSON (RFC 8785). Throws `internal` on what JSON cannot hold: NaN, cycles, undefined. */
export function canonicalJson(value: unknown): string {
  try {
    const text = canonicalize(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw notJson(cause instanceof Error ? cause.message : String(cause), cause);
  }
  throw notJson(`${typeof value} has no JSON form`);
}

function notJson(reason: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'internal',
    message: `A value cannot be stored as JSON: ${reason}.`,
    hint: 'Leave numbers that are not finite out of records, or write them as strings.',
    cause,
  });
}
