import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { QuantloopError } from '@quantloop/core';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { KEY_FILE, KEYS, type PayloadKeys } from './payload-keys.ts';

const { Payload: Message } = proto.temporal.api.common.v1;

/** As in Temporal's own samples, so that its tools recognise such payloads. */
const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
/** Bytes; what GCM is made for. */
const NONCE = 12;
const TAG = 16;

/**
 * Encrypts every payload, which is what workflows, activities and people tell each other, before it leaves the process.
 * The id of the key goes with it, and is authenticated: older keys read what they wrote.
 *
 * Without keys it writes plainly, and says of what is encrypted that it cannot be read.
 *
 * @throws QuantloopError `invalid-spec` for a key that is not there or is another
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: PayloadKeys;

  constructor(keys: PayloadKeys) {
    this.#keys = keys;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const [first] = this.#keys;
    return first === undefined ? payloads : payloads.map((payload) => encrypt(payload, ...first));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      if (textOf(payload.metadata?.['encoding']) !== ENCODING) return payload;
      const id = textOf(payload.metadata?.['encryption-key-id']);
      const key = this.#keys.get(id);
      if (key !== undefined) return decrypt(payload, id, key);
      const known = [...this.#keys.keys()].map((each) => `"${each}"`).join(', ');
      throw refuse(
        `What the Temporal server holds is encrypted with the key "${id}"; ${known === '' ? 'no key is given here' : `here are ${known}`}.`,
      );
    });
  }
}

function encrypt(payload: Payload, id: string, key: Buffer): Payload {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(id));
  const plain = Message.encode(payload).finish();
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(id) }, data };
}

function decrypt({ data }: Payload, id: string, key: Buffer): Payload {
  const bytes = Buffer.from(data ?? []);
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(Buffer.from(id))
      .setAuthTag(bytes.subarray(-TAG));
    return Message.decode(Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]));
  } catch (cause) {
    throw refuse(
      `What the Temporal server holds cannot be decrypted with the key "${id}" given here.`,
      cause,
    );
  }
}

const textOf = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString();

function refuse(message: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'invalid-spec',
    message,
    hint: `Set ${KEYS} or ${KEY_FILE} to the keys that campaigns were started with; new ones go in front of them.`,
    cause,
  });
}
