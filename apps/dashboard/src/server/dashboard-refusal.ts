/** A request that is not followed: it does not get through, makes no sense, or a campaign refuses it. */
export class DashboardRefusal extends Error {
  override readonly name = 'DashboardRefusal';
  readonly statusCode: number;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(statusCode: number, code: string, message: string, hint?: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.hint = hint;
  }
}
