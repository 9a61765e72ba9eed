import type { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { CliError, EXIT } from '../cli-error.ts';
import { probeServer } from './probe-server.ts';

/** Where a Temporal server is, and how to talk to it. */
export interface TemporalAddress {
  connection: NativeConnectionOptions;
  namespace: string;
  /** For messages. */
  name: string;
}

export interface ConfiguredOptions {
  address?: string | undefined;
  namespace?: string | undefined;
  /** Of `temporal.toml`. */
  profile?: string | undefined;
}

/**
 * The cluster the user chose: `--address`, else Temporal's own environment variables and `temporal.toml` profiles, which
 * also say how to talk to it: TLS, certificates, API key, namespace. Undefined: nothing was chosen, so the embedded server is
 * used.
 */
export async function configuredAddress(options: ConfiguredOptions): Promise<TemporalAddress | undefined> {
  const { loadClientConfigProfile, toClientOptions } = await import('@temporalio/envconfig');
  let config: ReturnType<typeof toClientOptions>;
  try {
    const profile = loadClientConfigProfile({
      ...(options.profile !== undefined && { profile: options.profile }),
    });
    // What is left out silently would be refused by the server in other words.
    const { clientCert, clientKey } = profile.tls ?? {};
    if ((clientCert === undefined) !== (clientKey === undefined)) {
      throw new Error('a client certificate and its key go together, and one of them is missing');
    }
    config = toClientOptions(profile);
  } catch (error) {
    throw new CliError({
      code: 'temporal-config',
      message: `The Temporal configuration cannot be read: ${(error as Error).message}`,
      hint: 'Look at --profile, at the TEMPORAL_* environment variables, and at temporal.toml.',
      exitCode: EXIT.invalid,
      cause: error,
    });
  }
  const address = options.address ?? config.connectionOptions.address;
  if (address === undefined && options.profile !== undefined) {
    throw new CliError({
      code: 'temporal-config',
      message: `--profile ${options.profile}: the profile has no address`,
      hint: 'Add one to it in temporal.toml, or give --address.',
      exitCode: EXIT.invalid,
    });
  }
  if (address === undefined) return undefined;
  return {
    connection: { ...config.connectionOptions, address },
    namespace: options.namespace ?? config.namespace ?? 'default',
    name: address,
  };
}

const CONNECT_PATIENCE_MS = 10_000;

/** A client on that server; waits for its namespace, which a dev server creates a moment after its port answers. */
export async function openClient(
  address: TemporalAddress,
): Promise<{ client: Client; connection: Connection }> {
  const { Client, Connection } = await import('@temporalio/client');
  const converter = await payloads();
  const deadline = Date.now() + CONNECT_PATIENCE_MS;
  for (;;) {
    let connection: Connection | undefined;
    try {
      connection = await Connection.connect({ ...clientOptions(address.connection), connectTimeout: 2_000 });
      await connection.workflowService.describeNamespace({ namespace: address.namespace });
      return {
        client: new Client({ connection, namespace: address.namespace, dataConverter: converter }),
        connection,
      };
    } catch (error) {
      await connection?.close();
      const problem = await connectionProblem(address, error);
      if (problem.lasting || Date.now() > deadline) throw problem.error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** How clients and workers of this process write to the server. */
export async function payloads(): Promise<DataConverter> {
  const { dataConverter } = await import('@quantloop/worker/data-converter');
  return dataConverter();
}

/** The connection that workers use. */
export async function openNativeConnection(address: TemporalAddress): Promise<NativeConnection> {
  const { NativeConnection } = await import('@temporalio/worker');
  try {
    return await NativeConnection.connect(address.connection);
  } catch (error) {
    throw (await connectionProblem(address, error)).error;
  }
}

/** The client's options are the native ones but for names of their own. */
function clientOptions(options: NativeConnectionOptions) {
  const { address, tls, apiKey, metadata } = options;
  return {
    ...(address === undefined ? {} : { address }),
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** gRPC's numbers. */
const GRPC = { notFound: 5, denied: 7, unauthenticated: 16 } as const;

/** Why there is no connection. `lasting`: it does not help to try again. */
async function connectionProblem(
  address: TemporalAddress,
  cause: unknown,
): Promise<{ error: CliError; lasting: boolean }> {
  const { name, namespace } = address;
  // What gRPC said stands behind the SDK's own error where the very first request failed.
  const { cause: first = cause } = cause as { cause?: unknown };
  const { code, message } = first as { code?: number | string; message?: string };
  const said = (message ?? String(cause)).split('\n')[0];
  const lasting = (code: string, message: string, hint: string) => ({
    error: new CliError({ code, message, hint, cause }),
    lasting: true,
  });
  if (code === GRPC.unauthenticated) {
    const hint = 'Give a valid API key: TEMPORAL_API_KEY, or api_key in the profile of temporal.toml.';
    return lasting(
      'temporal-unauthenticated',
      `The Temporal server at ${name} does not know who asks: ${said}`,
      hint,
    );
  }
  if (code === GRPC.denied) {
    const hint = 'Ask its administrators for access to the namespace, or name another: --namespace.';
    const message = `The Temporal server at ${name} refuses the namespace "${namespace}": ${said}`;
    return lasting('temporal-denied', message, hint);
  }
  if (code === GRPC.notFound) {
    const error = new CliError({
      code: 'temporal-namespace',
      message: `The Temporal server at ${name} has no namespace "${namespace}"`,
      hint: `Name another with --namespace, or create it: temporal operator namespace create ${namespace}`,
      cause,
    });
    return { error, lasting: false };
  }
  const problem = await probeServer(address);
  const error = new CliError({
    code: problem?.code ?? 'temporal-unreachable',
    message: `No Temporal server at ${name}, namespace "${namespace}": ${problem?.reason ?? said}`,
    hint:
      problem?.hint ??
      'Check --address, --namespace and the TEMPORAL_* environment variables, or leave them out to use the embedded server.',
    cause,
  });
  return { error, lasting: problem?.code === 'temporal-tls' };
}
