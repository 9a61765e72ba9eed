import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { TemporalAddress } from './connect.ts';

/** Why nothing that speaks gRPC answers at an address, and what may be done. */
export interface ServerProblem {
  code: 'temporal-unreachable' | 'temporal-tls';
  /** As the system or OpenSSL names it. */
  reason: string;
  hint: string;
}

const PATIENCE_MS = 3000;
/** What opens an HTTP/2 connection: a server that speaks it answers with its settings. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0', 'latin1');
/** The first byte of a TLS record that says what went wrong. */
const TLS_ALERT = 0x15;

/**
 * Connects as a client would, but by Node's own means: gRPC says only that it could not. Undefined where a server answers.
 */
export async function probeServer({ connection, name }: TemporalAddress): Promise<ServerProblem | undefined> {
  const { host, port } = hostAndPort(connection.address ?? '');
  const { tls } = connection;
  const own = typeof tls === 'object' && tls !== null ? tls : {};
  const servername = own.serverNameOverride ?? (isIP(host) ? undefined : host);
  const pair = own.clientCertPair;
  let socket: Socket;
  try {
    socket = tls
      ? connectSecurely({
          ...{ host, port, ALPNProtocols: ['h2'] },
          ...(servername !== undefined && { servername }),
          ...(own.serverRootCACertificate && { ca: Buffer.from(own.serverRootCACertificate) }),
          ...(pair && { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
        })
      : connectPlain({ host, port });
  } catch (error) {
    return tlsProblem(error as NodeJS.ErrnoException, name); // a file that holds no certificate or no key
  }
  return new Promise((resolve) => {
    const end = (problem: ServerProblem | undefined) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(PATIENCE_MS, () => end(unreachable(`no answer within ${PATIENCE_MS / 1000} s`)));
    let greeted = false;
    socket.on(tls ? 'secureConnect' : 'connect', () => {
      greeted = true;
      socket.write(PREFACE);
    });
    socket.on('data', (data: Buffer) => end(!tls && data[0] === TLS_ALERT ? needsTls() : undefined));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(greeted && tls && error.code === 'ECONNRESET' ? unwelcome() : problemOf(error, name)),
    );
    socket.on('close', () => end(tls ? unwelcome() : needsTls()));
  });
}

/** `host:port`, `[::1]:port`, or a host alone. */
function hostAndPort(address: string): { host: string; port: number } {
  const [, bracketed, plain = '', port = '7233'] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(address) ?? [];
  return { host: bracketed ?? plain, port: Number(port) };
}

/** Of the network, and no matter of certificates. */
const isSystems = ({ syscall, code = '' }: NodeJS.ErrnoException): boolean =>
  ['connect', 'getaddrinfo'].includes(syscall ?? '') || code === 'ECONNRESET';

function problemOf(error: NodeJS.ErrnoException, name: string): ServerProblem {
  return isSystems(error) ? unreachable(error.message) : tlsProblem(error, name);
}

function unreachable(reason: string): ServerProblem {
  const hint = 'See whether the server runs, and whether its port can be reached from here.';
  return { code: 'temporal-unreachable', reason, hint };
}

function needsTls(): ServerProblem {
  return {
    code: 'temporal-tls',
    reason: 'the server closes connections that are not encrypted',
    hint: 'Set TEMPORAL_TLS=true, or `tls` in the profile of temporal.toml.',
  };
}

const CLIENT_CERTIFICATE =
  'It wants a certificate of this client that it trusts: TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH.';

/** Some servers close the connection where others say what they want. */
function unwelcome(): ServerProblem {
  const reason = 'the server closed the encrypted connection';
  return { code: 'temporal-tls', reason, hint: CLIENT_CERTIFICATE };
}

const HINTS: readonly [RegExp, string][] = [
  [
    /EXPIRED/,
    'Its certificate has run out: renew it on the server. See also that the clock of this machine is right.',
  ],
  [
    /ALTNAME_INVALID/,
    'Name the server as its certificate does, or say which name to expect in TEMPORAL_TLS_SERVER_NAME.',
  ],
  [
    /SELF_SIGNED|UNABLE_TO|UNTRUSTED|INVALID_CA/,
    'Give the certificate of the authority that signed the server’s: TEMPORAL_TLS_SERVER_CA_CERT_PATH.',
  ],
  [/ALERT/, CLIENT_CERTIFICATE],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH/,
    'It does not encrypt its connections: leave TLS out, or name another port.',
  ],
  [
    /PEM|NO_START_LINE|KEY_VALUES_MISMATCH|X509/,
    'Check the files with the certificate and its key: they belong together, as PEM.',
  ],
];

function tlsProblem({ code = '', message }: NodeJS.ErrnoException, name: string): ServerProblem {
  const [, hint = `Look at it with \`openssl s_client -connect ${name}\`.`] =
    HINTS.find(([pattern]) => pattern.test(code)) ?? [];
  return { code: 'temporal-tls', reason: code === '' ? message : `${code}: ${message.split('\n')[0]}`, hint };
}
