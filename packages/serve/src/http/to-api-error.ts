import { QuantloopError } from '@quantloop/core';
import { ApiError } from './api-error.ts';

/** Any thrown value as an answer; what is no fault of the request stays without details. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof QuantloopError) {
    const message = [error.message, error.hint].filter(Boolean).join('. ');
    return error.code === 'invalid-spec'
      ? new ApiError({ statusCode: 400, message })
      : new ApiError({ statusCode: 500, message, type: 'server_error', code: error.code });
  }
  // Fastify's own: a body too large, not JSON, of another type.
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode < 500)
    return new ApiError({ statusCode, message: message ?? '' });
  return new ApiError({ statusCode: 500, message: 'The server failed.', type: 'server_error' });
}
