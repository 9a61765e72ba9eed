import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import files from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import type { CampaignSource } from '../campaign-source.ts';
import { campaignViewOf } from '../view/campaign-view-of.ts';
import { historyViewOf } from '../view/history-view-of.ts';
import { ActRequest } from '../act-request.ts';
import { requireOrigin } from './require-origin.ts';
import { admitByToken } from './admit-by-token.ts';
import { DashboardRefusal } from './dashboard-refusal.ts';
import { sendViews } from './send-views.ts';

export interface AppOptions {
  source: CampaignSource;
  token: string;
  /** Folder of the built page. */
  pages: string;
  temporalUi?: string;
  namespace?: string;
  every?: number;
}

/** The routes, and what every request has to pass. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { source, token, pages, temporalUi, namespace = 'default', every = 1000 } = options;
  // Open streams end with the server.
  const app = Fastify({ bodyLimit: 64 * 2 ** 10, forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    const { code, hint, statusCode } = error as { code?: string; hint?: string; statusCode?: number };
    return reply.code(statusCode ?? 500).send({
      error: {
        code: code ?? 'internal',
        message: (error as Error).message,
        ...(hint !== undefined && { hint }),
      },
    });
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // Plain HTTP on this machine.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(cookie);
  app.addHook('onRequest', admitByToken(token));
  app.addHook('onRequest', requireOrigin);
  await app.register(files, { root: pages, cacheControl: false });

  app.get('/api/campaigns', async () => ({
    campaigns: await source.list(),
    ...(temporalUi !== undefined && {
      temporal: `${temporalUi.replace(/\/$/, '')}/namespaces/${namespace}/workflows`,
    }),
  }));
  const named = '/api/campaigns/:name';
  app.get<{ Params: { name: string } }>(`${named}/events`, ({ params: { name } }, reply) =>
    sendViews(reply, { every, look: async () => campaignViewOf(await requireLook(source, name)) }),
  );
  app.get<{ Params: { name: string } }>(`${named}/history`, async ({ params: { name } }) =>
    historyViewOf(await source.history(name)),
  );
  app.post<{ Params: { name: string } }>(`${named}/acts`, async ({ params: { name }, body }) => {
    const act = ActRequest.safeParse(body);
    if (!act.success) {
      throw new DashboardRefusal(
        400,
        'invalid-act',
        `This is no act: ${act.error.issues[0]!.message}`,
        'Reload the page.',
      );
    }
    return { act: await source.act(name, act.data) };
  });
  app.post<{ Params: { name: string } }>(`${named}/cancel`, async ({ params: { name } }) => {
    await source.cancel(name);
    return {};
  });
  return app;
}

async function requireLook(source: CampaignSource, name: string) {
  const look = await source.look(name);
  if (look !== undefined) return look;
  const message = `There is no campaign "${name}".`;
  throw new DashboardRefusal(404, 'unknown-campaign', message, 'Go back to the list of campaigns.');
}
