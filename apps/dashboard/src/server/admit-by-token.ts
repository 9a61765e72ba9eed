import '@fastify/cookie';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DashboardRefusal } from './dashboard-refusal.ts';

const COOKIE = 'quantloop-dashboard';

/** Lets in who has the token: first in the address, which puts it into a cookie and out of sight, then by the cookie. */
export function admitByToken(
  token: string,
): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const wanted = digest(token);
  const right = (given: unknown) => typeof given === 'string' && timingSafeEqual(digest(given), wanted);
  return async ({ method, url, query, cookies }, reply) => {
    const { token: given } = query as { token?: unknown };
    if (method === 'GET' && url.startsWith('/?') && right(given)) {
      return reply.setCookie(COOKIE, token, { httpOnly: true, sameSite: 'strict', path: '/' }).redirect('/');
    }
    if (right(cookies[COOKIE])) return undefined;
    throw new DashboardRefusal(
      401,
      'no-token',
      'Open the address that `quantloop dashboard` printed: it holds the token.',
    );
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
