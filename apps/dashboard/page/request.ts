/** Asks the server; throws what it refuses as an error with its words and hint. */
export async function request<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(
    path,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const value = (await answer.json()) as T & { error?: { message: string; hint?: string } };
  if (answer.ok) return value;
  const { message, hint } = value.error ?? { message: answer.statusText };
  throw new Error(hint === undefined ? message : `${message} ${hint}`);
}
