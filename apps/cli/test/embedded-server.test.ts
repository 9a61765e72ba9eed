import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openClient } from '../src/temporal/connect.ts';
import { embeddedServer, findEmbeddedServer, hasDatabase } from '../src/temporal/embedded-server.ts';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { answers } from '../src/temporal/port.ts';
import { processAlive } from '../src/temporal/process-alive.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterEach(async () => {
  const left = await findEmbeddedServer(folder);
  if (left !== undefined) process.kill(left.pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function startWorkflow(address: string, workflowId: string) {
  const { client, connection } = await openClient({
    connection: { address },
    namespace: 'default',
    name: address,
  });
  await client.workflow.start('anything', { workflowId, taskQueue: 'nobody' });
  await connection.close();
}

async function workflowStatus(address: string, workflowId: string) {
  const { client, connection } = await openClient({
    connection: { address },
    namespace: 'default',
    name: address,
  });
  const { status } = await client.workflow.getHandle(workflowId).describe();
  await connection.close();
  return status.name;
}

describe.skipIf(!present)(`the embedded server${reason}`, () => {
  it('starts, is recorded, and is gone after its only user has left', async () => {
    const server = await embeddedServer({ folder });
    expect(server.started).toBe(true);
    expect(await findEmbeddedServer(folder)).toMatchObject({ pid: server.pid });
    await server.release();
    expect(processAlive(server.pid)).toBe(false);
    expect(await findEmbeddedServer(folder)).toBeUndefined();
    expect(hasDatabase(folder)).toBe(true);
  });

  it('is joined by another process, which keeps it alive until it leaves too', async () => {
    const server = await embeddedServer({ folder });
    const script = `
      import { embeddedServer } from ${JSON.stringify(new URL('../src/temporal/embedded-server.ts', import.meta.url).href)};
      const server = await embeddedServer({ folder: process.argv[1] });
      console.log(server.started, server.pid);
      process.stdin.once('data', async () => { await server.release(); process.exit(0); });`;
    const other = spawn(node24(), [...FROM_SOURCES, '--input-type=module', '-e', script, folder], {
      stdio: 'pipe',
    });
    const [said] = (await once(other.stdout, 'data')) as [Buffer];
    expect(said.toString().trim()).toBe(`false ${server.pid}`);
    await server.release();
    expect(processAlive(server.pid)).toBe(true);
    other.stdin.write('leave\n');
    await once(other, 'exit');
    expect(processAlive(server.pid)).toBe(false);
  });

  it('goes on with what it knew, on the same port, after it was killed', async () => {
    const server = await embeddedServer({ folder });
    await startWorkflow(server.address, 'survivor');
    process.kill(server.pid, 'SIGKILL');
    while (await answers(Number(server.address.split(':')[1])))
      await new Promise((resolve) => setTimeout(resolve, 10));
    await server.revive();
    expect(await workflowStatus(server.address, 'survivor')).toBe('RUNNING');
    await server.release();
  });

  it('is taken over by the next process when its user was killed', async () => {
    const script = `
      import { embeddedServer } from ${JSON.stringify(new URL('../src/temporal/embedded-server.ts', import.meta.url).href)};
      console.log((await embeddedServer({ folder: process.argv[1] })).pid);
      setInterval(() => {}, 1000);`;
    const first = spawn(node24(), [...FROM_SOURCES, '--input-type=module', '-e', script, folder], {
      stdio: 'pipe',
    });
    const [said] = (await once(first.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = await embeddedServer({ folder });
    expect(second).toMatchObject({ pid, started: false });
    await second.release();
    expect(processAlive(pid)).toBe(false);
  });

  it('ignores the record of a server that is no more', async () => {
    await writeFile(
      join(folder, 'server.json'),
      JSON.stringify({ pid: process.pid, port: 1, startedAt: '' }),
    );
    expect(await findEmbeddedServer(folder)).toBeUndefined();
    const server = await embeddedServer({ folder });
    expect(server.started).toBe(true);
    expect(JSON.parse(await readFile(join(folder, 'server.json'), 'utf8'))).toMatchObject({
      pid: server.pid,
    });
    await server.release();
  });

  it('says which port is taken, and starts nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(embeddedServer({ folder, port })).rejects.toThrow(
      `--port ${port}: the port is taken by another program`,
    );
    expect(hasDatabase(folder)).toBe(false);
    other.close();
  });
});

const FROM_SOURCES = ['--conditions=@quantloop/source', '--disable-warning=ExperimentalWarning'];

function node24(): string {
  return fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
}
