import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';

/** A check that a request bears the key, in time that tells nothing about it. */
export function requireKey(apiKey: string): (request: FastifyRequest) => Promise<void> {
  const wanted = digest(`Bearer ${apiKey}`);
  return async ({ headers }) => {
    if (timingSafeEqual(digest(headers.authorization ?? ''), wanted)) return;
    throw new ApiError({
      statusCode: 401,
      message:
        headers.authorization === undefined
          ? 'No API key: send it as "Authorization: Bearer KEY".'
          : 'The API key is not the right one.',
      code: 'invalid_api_key',
      headers: { 'www-authenticate': 'Bearer' },
    });
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
