/** What went wrong, in the shape that OpenAI's clients know. */
export interface ApiErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}

/** An answer other than 200. */
export class ApiError extends Error {
  readonly statusCode: number;
  readonly type: string;
  /** The field of the request at fault. */
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(options: {
    statusCode: number;
    message: string;
    /** @default 'invalid_request_error' */
    type?: string;
    param?: string;
    code?: string;
    headers?: Record<string, string>;
  }) {
    super(options.message);
    this.name = 'ApiError';
    this.statusCode = options.statusCode;
    this.type = options.type ?? 'invalid_request_error';
    this.param = options.param ?? null;
    this.code = options.code ?? null;
    this.headers = options.headers ?? {};
  }

  toJSON(): ApiErrorBody {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}
