import type { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import type { ServedModel } from '../served-model.ts';

/** Checks a request's body: fields that are not known are refused, `null` counts as left out. */
export function parseRequest<Schema extends z.ZodType<{ model: string }>>(
  schema: Schema,
  body: unknown,
  model: ServedModel,
): z.output<Schema> {
  const parsed = schema.safeParse(withoutNulls(body));
  if (!parsed.success) throw refusal(parsed.error.issues[0]!);
  if (parsed.data.model !== model.name) {
    throw new ApiError({
      statusCode: 404,
      message: `The model "${parsed.data.model}" does not exist; this server has "${model.name}".`,
      param: 'model',
      code: 'model_not_found',
    });
  }
  return parsed.data;
}

function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function refusal(issue: z.core.$ZodIssue): ApiError {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  const param = path.join('.');
  const message =
    issue.code === 'unrecognized_keys'
      ? `"${param}" is not supported.`
      : `${param === '' ? 'The body' : `"${param}"`}: ${issue.message}.`;
  return new ApiError({ statusCode: 400, message, ...(param === '' ? {} : { param }) });
}
