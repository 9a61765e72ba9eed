import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, startCli, type StartedCli } from './support/run-cli.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quantloop-test-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function started(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ cli: StartedCli; url: string }> {
  const cli = startCli(['serve', 'builtin:demo', '--port', '0', '--threads', '1', '--json', ...args], {
    cwd,
    env,
  });
  let printed = '';
  cli.child.stdout!.on('data', (text: string) => (printed += text));
  await cli.printed('}\n');
  return { cli, url: (JSON.parse(printed) as { url: string }).url };
}

test('serves a model until it is told to stop, then answers what has begun', async () => {
  const { cli, url } = await started([], { QUANTLOOP_API_KEY: 'secret' });
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' };
  const models = (await (await fetch(`${url}/v1/models`, { headers })).json()) as { data: { id: string }[] };
  expect(models.data.map(({ id }) => id)).toEqual(['builtin:demo']);
  const answer = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      model: models.data[0]!.id,
      prompt: 'One day',
      max_tokens: 300,
      ignore_eos: true,
      stream: true,
    }),
  });
  cli.child.kill('SIGTERM');
  const text = await answer.text();
  expect(text.trim().split('\n\n')).toHaveLength(301);
  expect(text.endsWith('[DONE]\n\n')).toBe(true);
  expect(await cli.ended).toMatchObject({ code: 0, stderr: '' });
});

test.for([
  { args: ['--port', '65536'], stderr: /Ports end/ },
  { args: ['--max-body', 'much'], stderr: /4MiB/ },
  { args: ['--provider', 'abacus'], stderr: /--provider abacus/ },
  { args: ['--host', '203.0.113.1', '--api-key', 'k'], stderr: /cannot listen on 203\.0\.113\.1/ },
])('refuses $args', async ({ args, stderr }) => {
  const result = await runCli(['serve', 'builtin:demo', ...args], { cwd });
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(stderr);
});
