import type { FastifyRequest } from 'fastify';
import { DashboardRefusal } from './dashboard-refusal.ts';

/** Whatever changes something has to come from a page of this very server. Browsers name the origin, and pages cannot. */
export async function requireOrigin({ method, headers, host }: FastifyRequest): Promise<void> {
  if (method === 'GET' || method === 'HEAD') return;
  if (headers.origin === `http://${host}`) return;
  throw new DashboardRefusal(
    403,
    'foreign-origin',
    `A page of ${headers.origin ?? 'no origin'} may change nothing here.`,
  );
}
