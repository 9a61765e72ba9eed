import { readFileSync } from 'node:fs';
import {
  connect,
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { CertificateFiles } from './certificates.ts';

export interface SecureProxyOptions {
  /** Port of the server behind it, which speaks gRPC in the clear. */
  port: number;
  own: CertificateFiles;
  /** Clients must show a certificate that this authority signed. */
  clientAuthority?: string;
  /** Requests must carry this key. */
  apiKey?: string;
}

/** What stands before a Temporal server on a cluster: it ends TLS, and checks certificates and API keys. */
export async function secureProxy(
  options: SecureProxyOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  const { own, clientAuthority, apiKey } = options;
  const behind = connect(`http://127.0.0.1:${options.port}`);
  const server = createSecureServer({
    cert: readFileSync(own.cert),
    key: readFileSync(own.key),
    ...(clientAuthority !== undefined && {
      ...{ ca: readFileSync(clientAuthority), requestCert: true, rejectUnauthorized: true },
    }),
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  // Clients that are turned away.
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (apiKey === undefined || headers.authorization === `Bearer ${apiKey}`) forward(stream, headers);
    else refuse(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const session of sessions) session.destroy();
      behind.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const request = behind.request({ ...headers, ':scheme': 'http' });
    request.on('error', () => stream.destroy());
    stream.on('close', () => request.destroy());
    let trailers: IncomingHttpHeaders = {};
    request.on('trailers', (received) => (trailers = received));
    request.on('response', (received) => {
      stream.respond(received, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      request.pipe(stream);
    });
    stream.pipe(request);
  }
}

/** Unauthenticated, as gRPC writes it. */
function refuse(stream: ServerHttp2Stream): void {
  const status = { 'grpc-status': '16', 'grpc-message': 'Request unauthorized.' };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
}
