import { Agent, request } from 'node:http';

/** What came back, or why nothing did. */
export interface Reply {
  /** 0: no answer. */
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly sentAt: number;
  readonly tookMs: number;
  readonly retried: boolean;
}

export interface Asked {
  readonly port: number;
  readonly host?: string;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Undefined: a connection of its own. */
  readonly agent?: Agent;
  /** Asks once more, on a fresh connection, when there was no answer. */
  readonly retry?: boolean;
}

export function keepAliveAgent(maxSockets = 128): Agent {
  return new Agent({ keepAlive: true, maxSockets, scheduling: 'lifo' });
}

/** One request; never throws. */
export async function ask(asked: Asked): Promise<Reply> {
  const first = await askOnce(asked);
  if (first.status !== 0 || asked.retry !== true) return first;
  const { agent: _, ...fresh } = asked;
  return { ...(await askOnce(fresh)), sentAt: first.sentAt, retried: true };
}

function askOnce(asked: Asked): Promise<Reply> {
  const { port, host = '127.0.0.1', method = 'POST', path, key, body, headers = {}, timeoutMs = 8000, agent } = asked;
  const sentAt = performance.now();
  return new Promise((resolve) => {
    const done = (status: number, text: string, answered: Reply['headers'] = {}) =>
      resolve({ status, text, headers: answered, sentAt, tookMs: performance.now() - sentAt, retried: false });
    const sent = request({
      host,
      port,
      method,
      path,
      agent: agent ?? false,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...headers,
      },
    });
    const limit = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    sent.once('error', (error) => done(0, error.message));
    sent.once('close', () => clearTimeout(limit));
    sent.once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', (error) => done(0, error.message));
      response.once('end', () => done(response.statusCode ?? 0, Buffer.concat(parts).toString(), response.headers));
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
