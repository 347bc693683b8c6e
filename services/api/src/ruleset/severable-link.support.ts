import { connect, createServer, type Socket } from 'node:net';

/** A TCP way to a database that a test can cut and mend. */
export interface SeverableLink {
  /** The address of the database through this way. */
  readonly url: string;
  /** Breaks all connections and refuses new ones. */
  cut(): void;
  mend(): void;
  /** Lets the connections of now hang for ever, silently; new ones work. */
  freeze(): void;
  /** Breaks all connections; new ones are taken, and nothing comes through them. */
  swallow(): void;
  close(): void;
}

export async function severableLink(databaseUrl: string): Promise<SeverableLink> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  let isSwallowing = false;
  const server = createServer((near) => {
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    if (isSwallowing) {
      sockets.add(near.on('error', () => undefined));
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: url.href,
    cut: () => {
      isCut = true;
      breakAll();
    },
    mend: () => {
      isCut = false;
      isSwallowing = false;
    },
    swallow: () => {
      isSwallowing = true;
      breakAll();
    },
    freeze: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    close: () => {
      breakAll();
      server.close();
    },
  };
}
