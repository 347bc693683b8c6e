import { connect, createServer, type Socket } from 'node:net';

/** Round robin over TCP: a backend that refuses is passed over, one that was dropped is not asked. */
export interface Balancer {
  readonly port: number;
  /** When each connection came. */
  readonly connectsAt: number[];
  /** Gives it no new connections; those that it has stay. */
  drop(port: number): void;
  take(port: number): void;
  /** Breaks every connection that there is; new ones are welcome. */
  reset(): void;
  /** Whatever is connected now stays connected and never hears anything again; so does who connects before {@link thaw}. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

interface Backend {
  readonly host: string;
  readonly port: number;
}

export async function balance(backends: readonly Backend[]): Promise<Balancer> {
  const dropped = new Set<number>();
  const sockets = new Set<Socket>();
  const connectsAt: number[] = [];
  let turn = 0;
  let isFrozen = false;
  const inTurn = () => {
    turn += 1;
    const living = backends.filter(({ port }) => !dropped.has(port));
    return living.map((_, index) => living[(index + turn) % living.length]!);
  };
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (near) => {
    sockets.add(near);
    connectsAt.push(performance.now());
    near.on('error', () => near.destroy()).on('close', () => sockets.delete(near));
    if (!isFrozen) join(near, inTurn(), sockets);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  return {
    port: (server.address() as { port: number }).port,
    connectsAt,
    drop: (port) => void dropped.add(port),
    take: (port) => void dropped.delete(port),
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    thaw: () => {
      isFrozen = false;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function join(near: Socket, backends: readonly Backend[], sockets: Set<Socket>): void {
  const [first, ...others] = backends;
  if (first === undefined) {
    near.resetAndDestroy();
    return;
  }
  const far = connect({ host: first.host, port: first.port, noDelay: true });
  sockets.add(far);
  let isJoined = false;
  far.once('connect', () => {
    isJoined = true;
    near.pipe(far).pipe(near);
  });
  near.once('close', () => far.destroy());
  far.once('error', () => {
    if (isJoined) near.resetAndDestroy();
    else join(near, others, sockets);
  });
  far.once('close', () => {
    sockets.delete(far);
    if (isJoined) near.destroy();
  });
}
