import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { dataConverter } from '../src/encryption/data-converter.ts';

const [OLD, NEW] = [
  `2026-12:${Buffer.alloc(32, 1).toString('base64')}`,
  `2027-01:${Buffer.alloc(32, 2).toString('base64')}`,
];
const codec = (...keys: string[]) =>
  dataConverter({ QUANTLOOP_PAYLOAD_KEYS: keys.join('\n') }).payloadCodecs![0]!;
const payload = (value: unknown) => defaultPayloadConverter.toPayload(value)!;
const valueOf = (read: Payload) => defaultPayloadConverter.fromPayload(read);

describe('encrypted payloads', () => {
  test('come back as they were, and show nothing of what they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), async (values) => {
        const written = await codec(NEW).encode(values.map(payload));
        expect((await codec(NEW).decode(written)).map(valueOf)).toEqual(
          values.map((value) => valueOf(payload(value))),
        );
      }),
    );
    const [written] = await codec(NEW).encode([payload('a text of some length')]);
    expect(Buffer.from(written!.data!).includes('text')).toBe(false);
    expect(Object.values(written!.metadata!).map(String)).toEqual(['binary/encrypted', '2027-01']);
    // The same again is not the same bytes.
    const [again] = await codec(NEW).encode([payload('a text of some length')]);
    expect(Buffer.from(again!.data!).equals(Buffer.from(written!.data!))).toBe(false);
  });

  test('of an older key are read beside those of the new one, which all new ones have', async () => {
    const [before] = await codec(OLD).encode([payload(1)]);
    const both = codec(NEW, OLD);
    const [after] = await both.encode([payload(2)]);
    expect((await both.decode([before!, after!])).map(valueOf)).toEqual([1, 2]);
    expect(String(after!.metadata!['encryption-key-id'])).toBe('2027-01');
  });

  test('and plain ones of before are both read', async () => {
    expect((await codec(NEW).decode([payload('plain')])).map(valueOf)).toEqual(['plain']);
  });

  test('that are changed, or taken for those of another key, are refused', async () => {
    const [written] = await codec(NEW, OLD).encode([payload('x')]);
    for (const position of [0, 13, written!.data!.length - 1]) {
      const data = Uint8Array.from(written!.data!);
      data[position]! ^= 1;
      await expect(codec(NEW).decode([{ ...written, data }])).rejects.toMatchObject({ code: 'invalid-spec' });
    }
    const metadata = { ...written!.metadata, 'encryption-key-id': Buffer.from('2026-12') };
    await expect(codec(NEW, OLD).decode([{ ...written, metadata }])).rejects.toThrow(
      /cannot be decrypted with the key "2026-12"/,
    );
    await expect(codec(NEW).decode([{ ...written, data: new Uint8Array(5) }])).rejects.toMatchObject({
      code: 'invalid-spec',
    });
  });

  test('name the key that is missing', async () => {
    const written = await codec(OLD).encode([payload('x')]);
    await expect(codec(NEW).decode(written)).rejects.toThrow(
      /encrypted with the key "2026-12"; here are "2027-01"/,
    );
    await expect(dataConverter({}).payloadCodecs![0]!.decode(written)).rejects.toThrow(
      /no key is given here/,
    );
  });
});

describe('keys', () => {
  test.each(['nothing', 'a:short', `${OLD} ${OLD}`, `a b:${Buffer.alloc(32).toString('base64')}`])(
    'that are none are refused, and not shown: %s',
    (written) => {
      const read = () => dataConverter({ QUANTLOOP_PAYLOAD_KEYS: written });
      expect(read).toThrow(/QUANTLOOP_PAYLOAD_KEYS/);
      expect(read).not.toThrow(written.split(':')[1] ?? 'nothing');
    },
  );

  test('are read from a file that nobody else may read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quantloop-keys-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'keys');
    await writeFile(file, `${NEW}\n${OLD}\n`, { mode: 0o600 });
    const env = { QUANTLOOP_PAYLOAD_KEY_FILE: file };
    const [written] = await dataConverter(env).payloadCodecs![0]!.encode([payload('x')]);
    expect(String(written!.metadata!['encryption-key-id'])).toBe('2027-01');
    expect(() => dataConverter({ ...env, QUANTLOOP_PAYLOAD_KEYS: OLD })).toThrow(/Both/);
    await chmod(file, 0o640);
    expect(() => dataConverter(env)).toThrow(/others may read/);
    await rm(file);
    expect(() => dataConverter(env)).toThrow(/cannot be read/);
  });
});
