import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedServer, type EmbeddedServer } from '../src/temporal/embedded-server.ts';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { openSession } from '../src/session.ts';
import { tryPort } from '../src/temporal/port.ts';
import { hasOpenssl, newAuthority, type CertificateFiles } from './support/certificates.ts';
import { startCli } from './support/run-cli.ts';
import { secureProxy, type SecureProxyOptions } from './support/secure-proxy.ts';

const present = hasOpenssl && findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs openssl and the Temporal CLI: npm run setup)';
const KEY = 'a-secret-key';

let folder: string;
let server: EmbeddedServer;
let authority: Awaited<ReturnType<typeof newAuthority>>;
let stranger: Awaited<ReturnType<typeof newAuthority>>;
let client: CertificateFiles;
let own: CertificateFiles;
const proxies: { close(): Promise<void> }[] = [];
const variables = new Set<string>();

beforeAll(async () => {
  if (!present) return;
  folder = await mkdtemp(join(tmpdir(), 'quantloop-connect-'));
  [server, authority, stranger] = await Promise.all([
    embeddedServer({ folder: join(folder, 'server') }),
    newAuthority(folder, 'authority'),
    newAuthority(folder, 'stranger'),
  ]);
  [own, client] = await Promise.all([authority.sign('server'), authority.sign('client')]);
});
afterAll(async () => {
  for (const name of variables) delete process.env[name];
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await server?.release();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function proxy(options: Partial<SecureProxyOptions>): Promise<string> {
  const port = Number(server.address.split(':')[1]);
  const made = await secureProxy({ port, own, ...options });
  proxies.push(made);
  return `127.0.0.1:${made.port}`;
}

/** The error that a session ends with, by Temporal's own variables. */
async function refusal(
  env: Record<string, string>,
): Promise<{ code: string; message: string; hint: string }> {
  for (const name of variables) delete process.env[name];
  for (const [name, value] of Object.entries(env)) {
    process.env[name] = value;
    variables.add(name);
  }
  const session = openSession({ dir: join(folder, 'unused') });
  return session.then(
    async (opened) => {
      await opened.close();
      throw new Error('it connected');
    },
    (error: { code: string; message: string; hint: string }) => error,
  );
}

describe.skipIf(!present)(`a Temporal server behind TLS${reason}`, { timeout: 120_000 }, () => {
  it('is used by a profile of temporal.toml: own authority, client certificate, API key, namespace', async () => {
    const address = await proxy({ clientAuthority: authority.cert, apiKey: KEY });
    const file = join(folder, 'temporal.toml');
    await writeFile(
      file,
      `[profile.cluster]
address = "${address}"
namespace = "default"
api_key = "${KEY}"
[profile.cluster.tls]
server_ca_cert_path = "${authority.cert}"
client_cert_path = "${client.cert}"
client_key_path = "${client.key}"
[profile.empty]
namespace = "default"
`,
    );
    const env = { TEMPORAL_CONFIG_FILE: file };
    const start = (...args: string[]) => startCli([...args, '--json'], { cwd: folder, env });
    const worker = start('worker', '--control', '--profile', 'cluster');
    await worker.printed(`"address":"${address}"`);
    const list = await start('list', '--profile', 'cluster').ended;
    expect([list.code, list.stdout.trim()]).toEqual([0, '[]']);
    worker.child.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);

    const errorOf = async (...args: string[]) => {
      const { code, stdout } = await start(...args).ended;
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      return [code, error.code, error.message];
    };
    expect(await errorOf('list', '--profile', 'empty')).toEqual([
      ...[2, 'temporal-config', '--profile empty: the profile has no address'],
    ]);
    expect(await errorOf('list', '--profile', 'another')).toEqual([
      ...[2, 'temporal-config', expect.stringContaining('another')],
    ]);
    // No campaign was begun by this folder, and nobody registered what they are found by.
    expect(await errorOf('list', '--profile', 'cluster', '--outcome', 'selected')).toEqual([
      ...[2, 'invalid-input', expect.stringContaining('The server cannot look for that')],
    ]);
  });

  it('that is not to be trusted is refused, and says why', async () => {
    const address = await proxy({});
    const expired = await proxy({ own: await authority.sign('expired', -1) });
    const trusted = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.cert };
    expect(await refusal({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS: 'true' })).toMatchObject({
      code: 'temporal-tls',
      hint: expect.stringContaining('TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
    });
    expect(
      await refusal({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: stranger.cert }),
    ).toMatchObject({ code: 'temporal-tls', hint: expect.stringContaining('authority') });
    expect(await refusal({ TEMPORAL_ADDRESS: expired, ...trusted })).toMatchObject({
      code: 'temporal-tls',
      message: expect.stringContaining('CERT_HAS_EXPIRED'),
    });
    expect(
      await refusal({ TEMPORAL_ADDRESS: address, ...trusted, TEMPORAL_TLS_SERVER_NAME: 'temporal.example' }),
    ).toMatchObject({ code: 'temporal-tls', message: expect.stringContaining('ALTNAME_INVALID') });
    expect(await refusal({ TEMPORAL_ADDRESS: address })).toMatchObject({
      code: 'temporal-tls',
      hint: expect.stringContaining('TEMPORAL_TLS=true'),
    });
  });

  it('refuses whom it does not know, and says what it wants', async () => {
    const trusted = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.cert };
    const mutual = { TEMPORAL_ADDRESS: await proxy({ clientAuthority: authority.cert }), ...trusted };
    const wantsCertificate = {
      code: 'temporal-tls',
      hint: expect.stringContaining('TEMPORAL_TLS_CLIENT_CERT_PATH'),
    };
    expect(await refusal(mutual)).toMatchObject(wantsCertificate);
    const other = await stranger.sign('client');
    expect(
      await refusal({
        ...mutual,
        ...{ TEMPORAL_TLS_CLIENT_CERT_PATH: other.cert, TEMPORAL_TLS_CLIENT_KEY_PATH: other.key },
      }),
    ).toMatchObject(wantsCertificate);
    expect(await refusal({ ...mutual, TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert })).toMatchObject({
      code: 'temporal-config',
    });

    const keyed = { TEMPORAL_ADDRESS: await proxy({ apiKey: KEY }), ...trusted };
    for (const key of [{}, { TEMPORAL_API_KEY: 'another' }]) {
      expect(await refusal({ ...keyed, ...key })).toMatchObject({ code: 'temporal-unauthenticated' });
    }
  });

  it('is told from one that does not answer', async () => {
    const port = await tryPort(0);
    expect(await refusal({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` })).toMatchObject({
      code: 'temporal-unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
