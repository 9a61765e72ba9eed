import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { downloadModel, importModel, parseHubSource, sourceDigest } from '@quantloop/models';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Decoder } from '../support/decoder.ts';
import { type HubServer, startHub } from '../support/hub-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TINY, tinyWeights, writeTinyCheckpoint } from '../support/tiny-llama.ts';

const root = temporaryFolder();
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SOURCE = 'hf:quantloop/tiny@main';
const TOKEN = 'hf_secret';
const checkpoint = join(root, 'checkpoint');
let hub: HubServer;

beforeAll(async () => {
  // The library reports every download on the console.
  vi.spyOn(console, 'debug').mockImplementation(() => {});
  writeTinyCheckpoint({ folder: checkpoint, config: TINY, weights: tinyWeights(TINY), shards: 2 });
  const names = readdirSync(checkpoint);
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(checkpoint, name))]));
  const unwanted = {
    'pytorch_model.bin': Buffer.alloc(10),
    'README.md': Buffer.from('#'),
    'onnx/model.onnx': Buffer.alloc(9),
    'genai/model.onnx': Buffer.alloc(9),
  };
  hub = await startHub({
    repo: 'quantloop/tiny',
    branch: 'main',
    commit: COMMIT,
    files: { ...files, ...unwanted },
    token: TOKEN,
  });
});
afterAll(() => hub.close());

const connect = (cacheFolder: string) => ({
  endpoint: `${hub.endpoint}/`,
  token: TOKEN,
  cacheFolder: join(root, cacheFolder),
});

describe('a model on a hub', () => {
  test('is downloaded into the cache, only what the import reads, and becomes a decoder', async () => {
    const options = connect('first');
    const progress: number[] = [];
    const snapshot = await downloadModel(parseHubSource(SOURCE), {
      ...options,
      onProgress: ({ done, total }) => progress.push(done / total),
    });
    expect(snapshot).toBe(join(root, 'first', 'models--quantloop--tiny', 'snapshots', COMMIT));
    expect(readdirSync(snapshot).sort()).toEqual(readdirSync(checkpoint).sort());
    expect(progress.at(-1)).toBe(1);

    const { folder } = await importModel({ source: SOURCE, folder: join(root, 'imported'), hub: options });
    const local = await importModel({ source: checkpoint, folder: join(root, 'local') });
    for (const name of ['model.onnx', 'model.onnx_data']) {
      expect(readFileSync(join(folder, name)).equals(readFileSync(join(local.folder, name)))).toBe(true);
    }
    const decoder = await Decoder.open(folder);
    expect((await decoder.run([[1, 2]])).at(0, 1)).toHaveLength(TINY.vocab_size);
    await decoder.close();
  });

  test('is not fetched again when it is in the cache', async () => {
    const options = connect('twice');
    await downloadModel(parseHubSource(SOURCE), options);
    const before = hub.requests.length;
    await downloadModel(parseHubSource(SOURCE), options);
    expect(hub.requests.slice(before).filter((request) => request.includes('/resolve/'))).toEqual([]);
  });

  test('is identified by its commit, whatever the revision is called', async () => {
    const options = connect('digest');
    const digest = await sourceDigest(SOURCE, options);
    expect(await sourceDigest(`hf:quantloop/tiny@${COMMIT}`, options)).toBe(digest);
    expect(await sourceDigest(`hf:quantloop/tiny@${COMMIT.replace('0', 'f')}`, options)).not.toBe(digest);
  });

  test('takes endpoint and token from HF_ENDPOINT and HF_TOKEN', async () => {
    vi.stubEnv('HF_ENDPOINT', hub.endpoint);
    vi.stubEnv('HF_TOKEN', TOKEN);
    vi.stubEnv('HF_HUB_CACHE', join(root, 'environment'));
    const snapshot = await downloadModel(parseHubSource(SOURCE));
    expect(snapshot.startsWith(join(root, 'environment'))).toBe(true);
    vi.unstubAllEnvs();
  });

  test('that was cut short is an error to be retried, and leaves no half file in the cache', async () => {
    const options = connect('cut');
    hub.truncates = true;
    await expect(downloadModel(parseHubSource(SOURCE), options)).rejects.toMatchObject({
      code: 'unreachable',
    });
    hub.truncates = false;
    const snapshot = await downloadModel(parseHubSource(SOURCE), options);
    for (const name of readdirSync(checkpoint)) {
      expect(readFileSync(join(snapshot, name)).equals(readFileSync(join(checkpoint, name)))).toBe(true);
    }
  });

  test.each([
    ['a repository that is not there', 'hf:quantloop/gone', {}, /answers 404/, /name and revision/],
    [
      'a revision that is not there',
      'hf:quantloop/tiny@v9',
      {},
      /answers 404 for hf:quantloop\/tiny@v9/,
      /revision/,
    ],
    ['a gated model without a token', SOURCE, { token: 'hf_wrong' }, /answers 401/, /HF_TOKEN/],
    ['a token that is none', SOURCE, { token: 'secret' }, /HF_TOKEN is no token/, /Create a token/],
  ])('says what to do about %s', async (_, source, overrides, message, hint) => {
    const options = { ...connect('refused'), ...overrides };
    await expect(downloadModel(parseHubSource(source), options)).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('on a hub that cannot be reached is an error to be retried', async () => {
    const gone = await startHub({ repo: 'a/b', branch: 'main', commit: COMMIT, files: {} });
    await gone.close();
    const attempt = sourceDigest(SOURCE, { endpoint: gone.endpoint });
    await expect(attempt).rejects.toMatchObject({ code: 'unreachable' });
  });
});

test.each(['hf:', 'hf:name', 'hf:a/b/c', 'hf:a/b@', 'hf:../x', 'hf:a/b@x@y'])(
  '%s is no model on a hub',
  (source) => {
    expect(() => parseHubSource(source)).toThrow(/is not a model on the hub/);
  },
);
