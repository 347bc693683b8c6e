import { connect, createServer, type Socket } from 'node:net';

/** Something in between that ends connections on which nothing passes. */
export interface Middlebox {
  readonly port: number;
  /** How many it has ended so far. */
  readonly ended: () => number;
  close(): Promise<void>;
}

export async function startMiddlebox(to: number, idleMs: number): Promise<Middlebox> {
  const sockets = new Set<Socket>();
  let ended = 0;
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port: to, noDelay: true });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.setTimeout(idleMs, () => {
      ended += 1;
      near.destroy();
    });
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as { port: number }).port,
    ended: () => ended,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
