import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A way to several servers: each connection goes to the next of them that takes it. */
export interface Balancer {
  readonly url: string;
  /** From now on these. */
  use(urls: readonly string[]): void;
  close(): void;
}

export async function startBalancer(): Promise<Balancer> {
  let targets: readonly URL[] = [];
  let turn = 0;
  const server = createServer((near) => {
    near.on('error', () => undefined);
    const tryNext = (left: number) => {
      const target = targets[turn++ % targets.length];
      if (target === undefined || left === 0) return void near.destroy();
      const far = connect(Number(target.port), target.hostname);
      far.once('error', () => tryNext(left - 1));
      far.once('connect', () => near.pipe(far).pipe(near));
      near.once('close', () => far.destroy());
    };
    tryNext(targets.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    use: (urls) => {
      targets = urls.map((url) => new URL(url));
    },
    close: () => void server.close(),
  };
}
