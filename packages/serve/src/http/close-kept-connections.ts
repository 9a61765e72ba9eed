import type { FastifyInstance } from 'fastify';

/** While the server closes, lets no connection wait for a next request: Node keeps those that were busy at the time. */
export function closeKeptConnections(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onResponse', async () => {
    // A connection counts as idle only when its response is done with.
    if (closing) setImmediate(() => app.server.closeIdleConnections());
  });
}
