import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findSandbox, search } from '../../../../src/fidelity/metrics/code/find-sandbox.ts';
import { passAtK } from '../../../../src/fidelity/metrics/code/pass-at-k.ts';
import { runAnswer } from '../../../../src/fidelity/metrics/code/run-answer.ts';

const sandbox = await findSandbox().catch((error: Error) => error.message);
const missing = typeof sandbox === 'string' ? sandbox : undefined;
const namespaces = typeof sandbox === 'string' ? false : sandbox.namespaces;
const landlock = namespaces && process.platform === 'linux';

const outside = join(tmpdir(), `quantloop-answer-outside-${process.pid}`);

describe.skipIf(missing !== undefined)(`an answer that is a program ${missing ?? ''}`, () => {
  test.for([
    ['def add(a, b): return a + b\nassert add(2, 3) == 5', { passed: true }],
    ['import math, json, collections, threading\nassert math.gcd(12, 18) == 6', { passed: true }],
    [
      'open("notes.txt", "w").write("x" * 1000)\nassert len(open("notes.txt").read()) == 1000',
      { passed: true },
    ],
    ['assert 1 == 2, "no"', { passed: false, error: 'AssertionError: no' }],
    ['def f(:', { passed: false, error: expect.stringMatching(/^SyntaxError/) as string }],
    [
      'raise ValueError("x" * 9999)',
      { passed: false, error: expect.stringMatching(/^ValueError: x{400,500}$/) as string },
    ],
    ['import sys; sys.exit(0)', { passed: false, error: 'SystemExit: 0' }],
    ['import os; os._exit(0)', { passed: false, error: 'ended before the tests did' }],
    ['import os; os.kill(os.getpid(), 9)', { passed: false, error: 'killed by signal 9' }],
    ['input()', { passed: false, error: expect.stringMatching(/^EOFError/) as string }],
    ['def f(): f()\nf()', { passed: false, error: expect.stringMatching(/^RecursionError/) as string }],
    [
      'import os\nassert not [k for k in os.environ if k not in ("LC_CTYPE", "PWD")], list(os.environ)',
      { passed: true },
    ],
    [
      'import os\nos.write(3, b\'{"token": "guessed"}\\n\')\nassert False',
      { passed: false, error: 'ended before the tests did' },
    ],
    ['print("x" * 10_000_000)', { passed: true }],
  ] as const)('%j ends as %j', async ([program, expected]) => {
    expect(await runAnswer(program)).toEqual(expected);
  });

  test('that never ends is stopped, with what it has started', async () => {
    const started = Date.now();
    const program = `import os, time\nif os.fork() == 0:\n  os.setsid()\n  time.sleep(600)\nwhile True: pass`;
    expect(await runAnswer(program, { seconds: 1 })).toEqual({
      passed: false,
      error: expect.any(String) as string,
    });
    expect(Date.now() - started).toBeLessThan(6000);
    if (namespaces) expect(await runnersLeft()).toEqual([]);
  });

  test('that sleeps is stopped by the clock', async () => {
    expect(await runAnswer('import time; time.sleep(60)', { seconds: 0.5 })).toEqual({
      passed: false,
      error: 'not done after 0.5 s',
    });
  });

  test.skipIf(process.platform === 'darwin')('that takes all memory gets an error of its own', async () => {
    const run = await runAnswer('x = bytearray(10**9)', { memoryBytes: 256 * 2 ** 20 });
    expect(run).toEqual({ passed: false, error: expect.stringMatching(/^MemoryError/) as string });
    const list = await runAnswer('x = []\nwhile True: x.append("y" * 1000000)', {
      memoryBytes: 256 * 2 ** 20,
    });
    expect(list).toEqual({ passed: false, error: expect.stringMatching(/^MemoryError/) as string });
  });

  test('that forks without end is refused more processes, and leaves none', async () => {
    const bomb =
      'import os\ntry:\n  while True: os.fork()\nexcept BlockingIOError:\n  pass\nraise RuntimeError("full")';
    const run = await runAnswer(bomb, { seconds: 2 });
    expect(run.passed).toBe(false);
    expect(await runnersLeft()).toEqual([]);
    expect(await runAnswer('assert True')).toEqual({ passed: true });
  });

  test('that writes a file without end is stopped at its limit', async () => {
    const run = await runAnswer('with open("big", "wb") as f:\n  while True: f.write(bytes(2**20))');
    expect(run).toEqual({
      passed: false,
      error: expect.stringMatching(/OSError: \[Errno 27\]|signal 25/) as string,
    });
  });

  test.skipIf(!landlock)('cannot write, replace or remove anything elsewhere', async () => {
    onTestFinished(() => rm(outside, { force: true }));
    for (const program of [
      `open("${outside}", "w").write("x")`,
      `import os; os.mkdir("${outside}")`,
      `import os; open("mine", "w").close(); os.rename("mine", "${outside}")`,
      `import os; os.symlink("/etc/passwd", "${outside}")`,
    ]) {
      expect(await runAnswer(program), program).toEqual({
        passed: false,
        error: expect.stringMatching(/Permission|Errno (1|13|18|30)/) as string,
      });
      expect(existsSync(outside)).toBe(false);
    }
  });

  test.skipIf(!namespaces)('reaches no network, not even this machine’s', async () => {
    let asked = 0;
    const server = createServer((socket) => {
      asked += 1;
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const program = `import socket\nsocket.create_connection(("127.0.0.1", ${port}), 1)`;
    expect(await runAnswer(program)).toMatchObject({ passed: false });
    expect(asked).toBe(0);
  });

  test('runs beside others, each in a folder of its own that is gone afterwards', async () => {
    const program = (i: number) =>
      `import os, time\nopen("mine", "w").write("${i}")\ntime.sleep(0.2)\nassert open("mine").read() == "${i}"\nassert os.listdir(".") == ["mine"]`;
    const runs = await Promise.all([0, 1, 2, 3].map((i) => runAnswer(program(i))));
    expect(runs).toEqual([0, 1, 2, 3].map(() => ({ passed: true })));
  });
});

test('without Python it cannot be run, and says so', async () => {
  await expect(search('/nonexistent')).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('no python3 on the PATH') as string,
  });
});

/** Processes that still run one of our answers, a moment later: being killed takes some milliseconds. */
async function runnersLeft(): Promise<string[]> {
  await setTimeout(200);
  const list = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return list
    .split('\n')
    .filter((line) => line.includes('python') && line.includes('import ctypes, json, os'));
}

describe('pass@k', () => {
  test('is the share of k-sets with a right answer, counted one by one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.nat(8),
        fc.integer({ min: 1, max: 8 }),
        (n, right, k) => {
          fc.pre(right <= n && k <= n);
          let sets = 0;
          let good = 0;
          for (let mask = 0; mask < 2 ** n; mask++) {
            const members = Array.from({ length: n }, (_, i) => i).filter((i) => (mask >> i) & 1);
            if (members.length !== k) continue;
            sets += 1;
            if (members.some((i) => i < right)) good += 1;
          }
          expect(passAtK(n, right, k)).toBeCloseTo(good / sets, 12);
        },
      ),
    );
  });

  test('of more answers than there are is an error', () => {
    expect(() => passAtK(1, 1, 10)).toThrow('pass@10 needs at least 10 answers, there are 1');
  });
});
