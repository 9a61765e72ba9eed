import { mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const LISTEN = '0A';
/** 127.0.0.1, ::1 and ::ffff:127.0.0.1 as Linux writes them: four bytes at a time, the last first. */
const LOOPBACK = /^(0100007F|0{24}01000000|0{16}FFFF00000100007F):/;

/** The addresses that a process listens on. */
async function listening(pid: number): Promise<string[]> {
  const rows = await Promise.all(
    ['tcp', 'tcp6'].map((kind) => readFile(`/proc/net/${kind}`, 'utf8').catch(() => '')),
  );
  const sockets = new Map(
    rows
      .flatMap((text) => text.split('\n').slice(1))
      .map((row) => row.trim().split(/\s+/))
      .filter(([, , , state]) => state === LISTEN)
      .map((row) => [`socket:[${row[9]}]`, row[1]!]),
  );
  const files = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(files.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return links.flatMap((link) => sockets.get(link) ?? []);
}

async function started(args: string[]): Promise<{ cli: StartedCli; url: string }> {
  const cli = startCli([...args, '--json'], { cwd });
  let printed = '';
  cli.child.stdout!.on('data', (text: string) => (printed += text));
  await cli.printed('}\n');
  return { cli, url: (JSON.parse(printed) as { url: string }).url };
}

async function stop(cli: StartedCli): Promise<void> {
  cli.child.kill('SIGTERM');
  expect((await cli.ended).code).toBe(0);
}

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

describe.skipIf(process.platform !== 'linux')('what listens (read from /proc)', { timeout: 240_000 }, () => {
  test('serve listens on this machine only', async () => {
    const { cli } = await started(['serve', 'builtin:demo', '--port', '0', '--threads', '1']);
    const addresses = await listening(cli.child.pid!);
    expect(addresses).toHaveLength(1);
    expect(addresses.filter((address) => !LOOPBACK.test(address))).toEqual([]);
    await stop(cli);
  });

  test.skipIf(!present)(
    `dashboard and the Temporal server it starts listen on this machine only${reason}`,
    async () => {
      const { cli, url } = await started(['dashboard']);
      const state = JSON.parse(await readFile(join(cwd, '.quantloop', 'server.json'), 'utf8')) as {
        pid: number;
      };
      const [page, server] = await Promise.all([listening(cli.child.pid!), listening(state.pid)]);
      expect(page).toHaveLength(1);
      expect(server.length).toBeGreaterThan(0);
      expect([...page, ...server].filter((address) => !LOOPBACK.test(address))).toEqual([]);
      // It asks for its token even here.
      expect((await fetch(new URL('/', url))).status).toBe(401);
      await stop(cli);
    },
  );
});

test(
  'serve that other machines reach asks for a key, and does not start without one',
  { timeout: 240_000 },
  async () => {
    for (const host of ['0.0.0.0', '::']) {
      const refused = await runCli(['serve', 'builtin:demo', '--host', host, '--port', '0'], { cwd });
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/other machines .*without a key/);
      expect(refused.stderr).toMatch(/--api-key/);
    }
    const { cli, url } = await started([
      'serve',
      'builtin:demo',
      '--host',
      '0.0.0.0',
      '--port',
      '0',
      '--api-key',
      'k',
    ]);
    expect((await fetch(`${url}/v1/models`)).status).toBe(401);
    await stop(cli);
  },
);
