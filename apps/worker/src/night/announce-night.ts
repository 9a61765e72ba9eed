import { QuantloopError, type AnnounceInput } from '@quantloop/core';
import { Webhook } from 'standardwebhooks';

const PATIENCE_MS = 30_000;

/**
 * Posts a night as JSON, signed as standardwebhooks.com has it, so that who is told can check who tells. The secret is read
 * from the environment, and goes nowhere.
 */
export async function announceNight(
  { webhook, id, night }: AnnounceInput,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const payload = JSON.stringify({ type: 'night', data: night });
  const now = new Date();
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signer(webhook.secret, env).sign(id, now, payload),
  };
  // Where it leads elsewhere, the signature would go there, too.
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const request = { method: 'POST', headers, body: payload, redirect: 'error', signal } as const;
  const answer = await fetch(webhook.url, request).catch((cause: Error) => {
    const { message } = (cause.cause as Error | undefined) ?? cause;
    throw notTaken(webhook.url, `does not answer: ${message}`, cause);
  });
  await answer.body?.cancel();
  if (!answer.ok) throw notTaken(webhook.url, `answered ${answer.status}.`);
}

/** The rest of its address may be a secret. */
function notTaken(url: string, what: string, cause?: Error): QuantloopError {
  return new QuantloopError({
    code: 'unreachable',
    message: `${new URL(url).origin} ${what}`,
    hint: 'See whether it is there, and takes messages signed with this secret.',
    cause,
  });
}

function signer(name: string, env: NodeJS.ProcessEnv): Webhook {
  const secret = env[name];
  try {
    if (secret !== undefined && secret !== '') return new Webhook(secret);
  } catch {
    // Said below: the library's message names no variable.
  }
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `the environment variable ${name} ${secret ? 'holds no secret of a webhook' : 'is not set'}.`,
    hint: 'Set it where the control workers run: 24 to 64 random bytes in base64, after "whsec_".',
  });
}
