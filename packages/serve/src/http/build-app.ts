import Fastify, { type FastifyInstance } from 'fastify';
import { answerChat } from '../answers/answer-chat.ts';
import { answerCompletion } from '../answers/answer-completion.ts';
import { answerHealth } from '../answers/answer-health.ts';
import { answerModels } from '../answers/answer-models.ts';
import { ChatRequest } from '../requests/chat-request.ts';
import { CompletionRequest } from '../requests/completion-request.ts';
import { parseRequest } from '../requests/parse-request.ts';
import type { ServedModel } from '../served-model.ts';
import { ApiError } from './api-error.ts';
import { clientSignal } from './client-signal.ts';
import { closeKeptConnections } from './close-kept-connections.ts';
import { requireKey } from './require-key.ts';
import { requirePlace } from './require-place.ts';
import { sendEvents } from './send-events.ts';
import { toApiError } from './to-api-error.ts';

/** Milliseconds within which a request must have arrived whole. */
const REQUEST_TIMEOUT = 60_000;

/** The routes, and everything between them and the network. */
export function buildApp(options: {
  model: ServedModel;
  apiKey?: string;
  maxQueue?: number;
  maxBody?: number;
}): FastifyInstance {
  const { model, apiKey, maxQueue = 64, maxBody = 4 * 2 ** 20 } = options;
  const app = Fastify({ bodyLimit: maxBody, requestTimeout: REQUEST_TIMEOUT });
  closeKeptConnections(app);
  app.setErrorHandler((error, _request, reply) => {
    const answer = toApiError(error);
    return reply.code(answer.statusCode).headers(answer.headers).send(answer.toJSON());
  });
  app.setNotFoundHandler(({ method, url }) => {
    throw new ApiError({ statusCode: 404, message: `There is no ${method} ${url}.` });
  });

  app.get('/health', () => answerHealth(model));
  app.register(async (api) => {
    if (apiKey !== undefined) api.addHook('onRequest', requireKey(apiKey));
    api.get('/v1/models', () => answerModels(model));
    api.post('/v1/completions', async ({ body }, reply) => {
      const request = parseRequest(CompletionRequest, body, model);
      requirePlace(model, maxQueue);
      const answer = answerCompletion(model, request, clientSignal(reply));
      return request.stream ? sendEvents(reply, answer.events()) : answer.whole();
    });
    api.post('/v1/chat/completions', async ({ body }, reply) => {
      const request = parseRequest(ChatRequest, body, model);
      requirePlace(model, maxQueue);
      const answer = answerChat(model, request, clientSignal(reply));
      return request.stream ? sendEvents(reply, answer.events()) : answer.whole();
    });
  });
  return app;
}
