import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Question, wireText } from './load.ts';

/** Event streams that are held open. */
export interface Held {
  readonly open: number;
  /** Milliseconds from now until each of them has got something more. */
  nextEvent(within: number): Promise<number[]>;
  close(): void;
}

const atOnce = 50;
/** A comment that keeps the connection open is no event. */
const heartbeatBytes = 20;

/** Opens `count` streams, each for a user of its own, from several addresses of this machine. */
export async function hold(port: number, question: Question, count: number): Promise<Held> {
  const sockets: Socket[] = [];
  const arrivals = new Map<number, number>();
  let since = Number.POSITIVE_INFINITY;
  const open = (nr: number) =>
    new Promise<boolean>((resolve) => {
      const localAddress = process.platform === 'linux' ? `127.0.0.${2 + (nr % 8)}` : '127.0.0.1';
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      sockets.push(socket);
      const body = question.body?.replaceAll('USER', `user-${nr}`);
      socket.on('connect', () => socket.write(wireText(port, { ...question, ...(body !== undefined && { body }) })));
      socket.once('data', (data) => resolve(data.toString('latin1', 9, 12) === '200'));
      socket.on('data', (data) => {
        if (data.length > heartbeatBytes && performance.now() > since && !arrivals.has(nr))
          arrivals.set(nr, performance.now() - since);
      });
      socket.once('close', () => resolve(false));
      socket.on('error', () => resolve(false));
    });
  let opened = 0;
  for (let nr = 0; nr < count; nr += atOnce) {
    const results = await Promise.all(
      Array.from({ length: Math.min(atOnce, count - nr) }, (_, offset) => open(nr + offset)),
    );
    opened += results.filter(Boolean).length;
  }
  return {
    open: opened,
    nextEvent: async (within) => {
      arrivals.clear();
      since = performance.now();
      while (arrivals.size < opened && performance.now() - since < within) await pause(2);
      since = Number.POSITIVE_INFINITY;
      return [...arrivals.values()].sort((a, b) => a - b);
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
