import type { ServedModel } from '../served-model.ts';

/** `GET /v1/models`: the one model, with vLLM's name for the length of its context. */
export function answerModels({ name, created, contextLength }: ServedModel) {
  const model = { id: name, object: 'model', created, owned_by: 'quantloop', max_model_len: contextLength };
  return { object: 'list', data: [model] };
}
