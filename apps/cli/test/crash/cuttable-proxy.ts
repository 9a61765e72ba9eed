import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A relay to a local port that can be cut like a cable. */
export interface CuttableProxy {
  address: string;
  /** From now on nothing goes through: what is connected says no more, and whoever connects is not answered. */
  hang(): void;
  /** Everything connected is torn down; with `hang` also what connects later. */
  drop(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function cuttableProxy(port: number): Promise<CuttableProxy> {
  let hanging = false;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      // What is not read fills the buffers, as where packets get lost; nobody is told.
      from.on('data', (bytes) => void (hanging || to.write(bytes)));
      from.on('error', () => {});
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => open.forEach((socket) => socket.destroy());
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hang: () => void (hanging = true),
    drop,
    mend: () => {
      hanging = false;
      // Their streams have lost bytes.
      drop();
    },
    close: () => {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
