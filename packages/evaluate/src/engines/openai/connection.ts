/** Where a server's API is, and how to ask it. */
export interface Connection {
  /** Up to and with `/v1`, without a slash at the end. */
  url: string;
  /** For messages; requests bear it and no message does. */
  apiKey: { variable: string; value: string } | undefined;
  /** Seconds that a request may take. */
  timeout: number;
  /** Aborts when the server that was launched has ended, with the reason. */
  ended?: AbortSignal;
}
