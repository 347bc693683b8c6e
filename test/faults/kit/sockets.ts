import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Replica } from './replica.ts';

/** Ports of the peers that are connected to a replica, as its kernel sees it. */
export function peersOf({ pid, port }: Replica): Set<number> {
  const mine = port.toString(16).toUpperCase().padStart(4, '0');
  const row = new RegExp(`^ *\\d+: [0-9A-F]+:${mine} [0-9A-F]+:([0-9A-F]{4}) 01 `, 'gm');
  const tables = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'latin1'));
  return new Set(tables.flatMap((table) => [...table.matchAll(row)].map(([, peer]) => Number.parseInt(peer!, 16))));
}

/** A connection by hand: nothing of it is read unless somebody listens. */
export interface Wire {
  readonly socket: Socket;
  /** Of this side; 0 before it is connected. */
  readonly port: number;
  /** Whether it was refused, or has been closed. */
  readonly isClosed: boolean;
}

export function openWire({ host, port }: Pick<Replica, 'host' | 'port'>, request = ''): Wire {
  const socket = connect({ host, port });
  let local = 0;
  let isClosed = false;
  socket.once('connect', () => {
    local = socket.localPort ?? 0;
    if (request !== '') socket.write(request);
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    isClosed = true;
  });
  return {
    socket,
    get port() {
      return local;
    },
    get isClosed() {
      return isClosed;
    },
  };
}

/** The text of a POST with JSON. */
export function postOf(
  path: string,
  { key, body, accept = '*/*' }: { key: string; body: unknown; accept?: string },
): string {
  const text = JSON.stringify(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: burgee',
    `Authorization: Bearer ${key}`,
    `Accept: ${accept}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${text}`;
}
