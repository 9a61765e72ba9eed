import type { Client, Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { CliError } from '../cli-error.ts';

/** Where a Temporal server is, and how to talk to it. */
export interface TemporalAddress {
  connection: NativeConnectionOptions;
  namespace: string;
  /** For messages. */
  name: string;
}

/**
 * The cluster the user chose: `--address`, else Temporal's own environment variables and `temporal.toml` profiles.
 * Undefined: nothing was chosen, so the embedded server is used.
 */
export async function configuredAddress(options: {
  address?: string | undefined;
  namespace?: string | undefined;
}): Promise<TemporalAddress | undefined> {
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  let config: ReturnType<typeof loadClientConnectConfig>;
  try {
    config = loadClientConnectConfig();
  } catch (error) {
    throw new CliError({
      message: `The Temporal configuration cannot be read: ${(error as Error).message}`,
      hint: 'Look at the TEMPORAL_* environment variables and at temporal.toml.',
      cause: error,
    });
  }
  const address = options.address ?? config.connectionOptions.address;
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
  const deadline = Date.now() + CONNECT_PATIENCE_MS;
  for (;;) {
    let connection: Connection | undefined;
    try {
      connection = await Connection.connect({ ...clientOptions(address.connection), connectTimeout: 2_000 });
      await connection.workflowService.describeNamespace({ namespace: address.namespace });
      return { client: new Client({ connection, namespace: address.namespace }), connection };
    } catch (error) {
      await connection?.close();
      if (Date.now() > deadline) throw unreachable(address, error);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/** The connection that workers use. */
export async function openNativeConnection(address: TemporalAddress): Promise<NativeConnection> {
  const { NativeConnection } = await import('@temporalio/worker');
  try {
    return await NativeConnection.connect(address.connection);
  } catch (error) {
    throw unreachable(address, error);
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

function unreachable(address: TemporalAddress, cause: unknown): CliError {
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new CliError({
    message: `No Temporal server at ${address.name}, namespace "${address.namespace}": ${reason}`,
    hint: 'Check --address, --namespace and the TEMPORAL_* environment variables, or leave them out to use the embedded server.',
    cause,
  });
}
