import { readFile } from 'node:fs/promises';
import { unansweredIn } from './half-open.ts';

const tables = ['/proc/self/net/tcp', '/proc/self/net/tcp6'] as const;

/**
 * Connections whose peer acknowledges nothing, by `address|port` of the peer: how often the kernel has sent its oldest
 * bytes again. Empty where the kernel does not say: only Linux does.
 *
 * Nothing else tells in time: Node sets no TCP_USER_TIMEOUT, keep-alive probes are not sent while something is
 * unacknowledged (a heartbeat always is), and writing to a socket works until its buffer is full.
 */
export async function unansweredConnections(): Promise<ReadonlyMap<string, number>> {
  const texts = await Promise.all(tables.map((table) => readFile(table, 'latin1').catch(() => '')));
  return new Map(texts.flatMap((text) => [...unansweredIn(text)]));
}
