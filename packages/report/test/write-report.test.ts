import { QuantloopError } from '@quantloop/core';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readRun, writeReport } from '../src/index.ts';
import { RECIPES, sampleRun } from './sample/sample-run.ts';
import { newFolder, storedRun } from './sample/stored-run.ts';

const small = () => sampleRun({ recipes: RECIPES.slice(0, 2), failing: [] });

/** Every file below a folder with its content. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(
      files
        .sort()
        .map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'base64')] as const),
    ),
  );
}

async function rejection(promise: Promise<unknown>): Promise<QuantloopError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(QuantloopError);
  return error as QuantloopError;
}

describe('writeReport', () => {
  it('writes all files of a run and returns their names', async () => {
    const folder = join(await newFolder(), 'sample', 'run-0001');
    const output = await writeReport({ ...small(), folder });
    expect(output.files).toEqual(Object.keys(await contents(folder)).sort());
    expect(output).toMatchInlineSnapshot(
      { folder: expect.any(String) },
      `
      {
        "files": [
          "campaign.json",
          "decision.json",
          "plots/tiny-this-cpu-memory.png",
          "plots/tiny-this-cpu-memory.svg",
          "plots/tiny-this-cpu-offline-throughput.png",
          "plots/tiny-this-cpu-offline-throughput.svg",
          "plots/tiny-this-cpu-single-stream-latency.png",
          "plots/tiny-this-cpu-single-stream-latency.svg",
          "plots/tiny-this-cpu-size.png",
          "plots/tiny-this-cpu-size.svg",
          "report.html",
          "report.md",
          "trials.csv",
          "trials.json",
        ],
        "folder": Any<String>,
      }
    `,
    );
    expect(await readdir(join(folder, '..'))).toEqual(['run-0001']);
  });

  it('ships each winner as a model folder with a card, sharing the store’s bytes', async () => {
    const root = await newFolder();
    const { store, input } = await storedRun(root);
    const folder = join(root, 'out');
    await writeReport({ ...input, folder }, { store });
    expect(await readdir(join(folder, 'winner'))).toEqual(['this-cpu-offline', 'this-cpu-single-stream']);
    const winner = join(folder, 'winner', 'this-cpu-single-stream');
    expect((await readdir(winner, { recursive: true })).sort()).toEqual(
      ['README.md', 'model.onnx', 'model.onnx_data', 'nested', 'nested/vocabulary.txt'].sort(),
    );
    const stored = await stat(join(await store.folder(input.trials[1]!.artifact!), 'model.onnx_data'));
    expect((await stat(join(winner, 'model.onnx_data'))).ino).toBe(stored.ino);
    expect(await store.verify(input.trials[1]!.artifact!)).toBe(true);
    const card = await readFile(join(winner, 'README.md'), 'utf8');
    expect(parse(card.split('---\n')[1]!)).toMatchInlineSnapshot(`
      {
        "library_name": "onnx",
        "model-index": [
          {
            "name": "tiny-rtn-int4-g32-sym",
            "results": [
              {
                "dataset": {
                  "name": "arithmetic",
                  "type": "arithmetic",
                },
                "metrics": [
                  {
                    "name": "arithmetic.exact_match (lm-eval)",
                    "type": "exact_match",
                    "value": 0.9255688502857317,
                  },
                ],
                "task": {
                  "type": "text-generation",
                },
              },
              {
                "dataset": {
                  "name": "recall",
                  "type": "recall",
                },
                "metrics": [
                  {
                    "name": "recall.acc (lm-eval)",
                    "type": "acc",
                    "value": 0.8763591069144285,
                  },
                ],
                "task": {
                  "type": "text-generation",
                },
              },
              {
                "dataset": {
                  "name": "stories",
                  "type": "stories",
                },
                "metrics": [
                  {
                    "name": "stories.word_perplexity (lm-eval)",
                    "type": "word_perplexity",
                    "value": 6.256560332660116,
                  },
                ],
                "task": {
                  "type": "text-generation",
                },
              },
              {
                "dataset": {
                  "name": "kl-divergence",
                  "type": "kl-divergence",
                },
                "metrics": [
                  {
                    "name": "kl-divergence.mean (lm-eval)",
                    "type": "mean",
                    "value": 0.006066666666666666,
                  },
                ],
                "task": {
                  "type": "text-generation",
                },
              },
            ],
          },
        ],
        "pipeline_tag": "text-generation",
        "tags": [
          "quantloop",
          "onnx",
          "quantized",
          "rtn",
          "4-bit",
        ],
      }
    `);
    expect(card.split('---\n').slice(2).join('---\n')).toMatchInlineSnapshot(`
      "
      # tiny, rtn-int4-g32-sym

      For single-stream, 2 of 4 measured versions meet every requirement; rtn-int4-g32-sym has the smallest model.bytes (3.01 MiB, 0.19× the baseline's), ahead of rtn-int8-channel-sym (4.66 MiB, 0.30× the baseline's).

      - **98.9 %** of the quality kept (arithmetic.exact\\_match; 93.6 % → 92.6 %; 95 % interval 97.9 % to 99.9 %)
      - **1.64×** faster (single-stream.tpot.p50; 3.1 ms → 1.89 ms; 95 % interval 1.61× to 1.67×)
      - **5.20×** smaller (model.bytes; 15.6 MiB → 3.01 MiB)

      ## Evaluation

      | metric                      |         value | 95 % interval                  |       baseline |    n | convention |
      | :-------------------------- | ------------: | :----------------------------- | -------------: | ---: | :--------- |
      | \`arithmetic.exact_match\`    |        92.6 % | [90.8 %, 94.4 %]               |         93.6 % |  800 | lm-eval    |
      | \`recall.acc\`                |        87.6 % | [85.4 %, 89.8 %]               |         88.4 % |  500 | lm-eval    |
      | \`stories.word_perplexity\`   |          6.26 | [6.13, 6.38]                   |            6.2 |  200 | lm-eval    |
      | \`kl-divergence.mean\`        |  0.00607 nats | [0.00563 nats, 0.0065 nats]    |              — | 4000 | lm-eval    |
      | \`single-stream.ttft.p50\`    |         17 ms | [16.2 ms, 17.8 ms]             |        27.9 ms |   10 | vllm-bench |
      | \`single-stream.tpot.p50\`    |       1.89 ms | [1.82 ms, 1.96 ms]             |         3.1 ms |   10 | vllm-bench |
      | \`offline.tokens_per_second\` | 1376 tokens/s | [1336 tokens/s, 1416 tokens/s] | 838.7 tokens/s |    5 | vllm-bench |
      | \`memory.peak\`               |      36.3 MiB | [36 MiB, 36.7 MiB]             |       52.8 MiB |    3 | lm-eval    |
      | \`model.bytes\`               |      3.01 MiB |                                |       15.6 MiB |    1 | lm-eval    |

      ## Requirements

      | metric                    | limit                 | observed [95 % interval]      | verdict |
      | :------------------------ | :-------------------- | :---------------------------- | :------ |
      | \`arithmetic.exact_match\`  | drop at most 2 %      | 1.0 % \\[0.1 %, 1.9 %\\]        | ✓ met   |
      | \`stories.word_perplexity\` | increase at most 3 %  | 0.9 % \\[-0.1 %, 1.9 %\\]       | ✓ met   |
      | \`single-stream.tpot.p50\`  | speedup at least 1.3× | 1.64× \\[1.61×, 1.67×\\]        | ✓ met   |
      | \`memory.peak\`             | at most 40 MiB        | 36.3 MiB \\[36 MiB, 36.7 MiB\\] | ✓ met   |

      ## How it was made

      |                      |                                                                                                            |
      | :------------------- | :--------------------------------------------------------------------------------------------------------- |
      | source               | builtin:demo                                                                                               |
      | campaign             | \`sample\`, run \`run-0001\`, trial \`tiny/this-cpu/rtn-int4-g32-sym\`                                           |
      | artifact             | \`sha256:6bffed15afbe0b25767944329dfd47ee62290581c60d6bcd4df1ebdb81eebdcb\`                                  |
      | recipe               | \`{"method":"rtn","bits":4,"granularity":{"group":32},"symmetric":true,"exclude":[],"options":{},"mix":[]}\` |
      | measured on          | \`this-cpu\`, scenario \`single-stream\`                                                                       |
      | \`cpu\`                | Synthetic CPU, 2 cores                                                                                     |
      | \`dataset.arithmetic\` | sha256:0000000000000000000000000000000000000000000000000000000000000007                                    |
      | \`method\`             | rtn                                                                                                        |
      | \`node\`               | 24.0.0                                                                                                     |
      | \`onnxruntime\`        | 1.2.3                                                                                                      |
      | \`quantloop\`          | 0.1.0                                                                                                      |
      | \`seed\`               | 0                                                                                                          |

      ## Limits

      - Speed and memory hold for target \`this-cpu\` under the load \`single-stream\` (128 prompt and 64 new tokens); measure again on other machines.
      - Quality was measured on the tasks above only. What they do not test may have changed.
      - The licence and the intended use of the source model go on to hold.
      "
    `);
  });

  it('replaces an earlier report and keeps what others put beside it', async () => {
    const root = await newFolder();
    const folder = join(root, 'out');
    await writeReport({ ...sampleRun(), folder });
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await writeReport({ ...small(), folder });
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    expect(JSON.parse(await readFile(join(folder, 'trials.json'), 'utf8')).trials).toHaveLength(3);
    expect(await readdir(root)).toEqual(['out']);
  });

  it('leaves one whole report, and what others put there, when writers meet', async () => {
    const root = await newFolder();
    const folder = join(root, 'out');
    await writeReport({ ...small(), folder });
    const alone = await contents(folder);
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await Promise.all([1, 2, 3, 4].map(() => writeReport({ ...small(), folder })));
    expect(await contents(folder)).toEqual({ ...alone, 'notes.txt': Buffer.from('mine').toString('base64') });
    expect(await readdir(root)).toEqual(['out']);
  });

  it('goes on from a swap that was cut off between its two renames', async () => {
    const root = await newFolder();
    const folder = join(root, 'out');
    await writeReport({ ...small(), folder });
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await rename(folder, join(root, '.out.previous-killed'));
    await mkdir(join(root, '.out.new-killed'));
    await writeReport({ ...small(), folder });
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    expect((await readdir(root)).sort()).toEqual(['.out.new-killed', 'out']);
  });

  it('can be made anew from its own files', async () => {
    const root = await newFolder();
    const { store, input } = await storedRun(root);
    const folder = join(root, 'out');
    await writeReport({ ...input, folder }, { store });
    const before = await contents(folder);
    const facts = await readRun(folder);
    expect(facts).toEqual(input);
    // Without a store the shipped models stay as they are.
    await writeReport({ ...facts, folder });
    expect(await contents(folder)).toEqual(before);
  });

  it.each([
    {
      name: 'of another format version',
      files: { 'decision.json': '{"schemaVersion":2}' },
      message: 'decision.json has format version 2; this quantloop writes version 1.',
    },
    {
      name: 'without a format version',
      files: { 'campaign.json': '{}' },
      message: 'campaign.json has no format version; this quantloop writes version 1.',
    },
    {
      name: 'with unreadable JSON',
      files: { 'trials.json': '{' },
      message: 'trials.json is not readable as JSON.',
    },
    {
      name: 'that is no run',
      files: { 'thesis.tex': 'x' },
      message: 'out holds thesis.tex, but no run of quantloop.',
    },
  ])('refuses a folder $name and leaves it alone', async ({ files, message }) => {
    const root = await newFolder();
    const folder = join(root, 'out');
    await mkdir(folder);
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const before = await contents(folder);
    const error = await rejection(writeReport({ ...small(), folder }));
    expect(error.code).toBe('invalid-spec');
    expect(error.message.replace(`${folder}/`, '').replace(`${root}/`, '')).toBe(message);
    expect(error.hint).toBe('Choose another output folder, or move this one away.');
    expect(await contents(folder)).toEqual(before);
    expect(await readdir(root)).toEqual(['out']);
  });

  it('refuses a file where the folder should be', async () => {
    const folder = join(await newFolder(), 'out');
    await writeFile(folder, 'x');
    expect(await rejection(writeReport({ ...small(), folder }))).toMatchObject({ code: 'invalid-spec' });
  });
});

describe('readRun', () => {
  it('names the file that is missing and the one that is wrong', async () => {
    const folder = join(await newFolder(), 'out');
    await writeReport({ ...small(), folder });
    const decision = JSON.parse(await readFile(join(folder, 'decision.json'), 'utf8')) as object;
    await writeFile(join(folder, 'decision.json'), JSON.stringify({ ...decision, outcome: 'perhaps' }));
    const wrong = await rejection(readRun(folder));
    expect(wrong).toMatchObject({ code: 'invalid-spec' });
    expect(wrong.message).toContain(`${join(folder, 'decision.json')} is not what quantloop writes`);
    await rm(join(folder, 'decision.json'));
    expect((await rejection(readRun(folder))).message).toBe(`${folder} has no decision.json.`);
  });
});

const fullDisk = await mountSmallDisk();
afterAll(() => fullDisk.unmount());

describe.skipIf(fullDisk.folder === undefined)(
  'writeReport on a full disk (needs the right to mount)',
  () => {
    it('says so, and leaves nothing half-written', async () => {
      const folder = join(fullDisk.folder!, 'out');
      const error = await rejection(writeReport({ ...small(), folder }));
      expect(error).toMatchObject({ code: 'disk-full', permanent: false });
      expect(error.message).toBe(`The disk is full: the report could not be written to ${folder}.`);
      expect(await readdir(fullDisk.folder!)).toEqual([]);
    });
  },
);

/** A real filesystem of 256 KiB, where this user may mount one. */
async function mountSmallDisk(): Promise<{ folder: string | undefined; unmount(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-small-disk-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return { folder: undefined, unmount: remove };
  }
  return {
    folder,
    async unmount() {
      execFileSync('umount', [folder], { stdio: 'ignore' });
      await remove();
    },
  };
}
