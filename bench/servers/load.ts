import { connect, type Socket } from 'node:net';

/** A request of HTTP/1.1; `USER` in its body stands for one of 5,000 users, who ask in turn. */
export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came of asking for some time. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** Answers of another status than 200 and 304. */
  readonly refused: number;
  readonly bytesEach: number;
}

const users = 5000;
const connections = 16;

/** Asks over connections that are kept, each its next question when it has its answer, for `seconds`. */
export async function ask(port: number, question: Question, seconds: number): Promise<Load> {
  const ready = textsOf(port, question);
  const began = performance.now();
  const until = began + seconds * 1000;
  let [next, requests, refused, bytes] = [0, 0, 0, 0];
  await Promise.all(
    Array.from({ length: connections }, () =>
      converse(port, {
        next: () => (performance.now() < until ? ready[next++ % ready.length] : undefined),
        onAnswer: (status, length) => {
          requests += 1;
          bytes += length;
          if (status !== 200 && status !== 304) refused += 1;
        },
      }),
    ),
  );
  return { requests, seconds: (performance.now() - began) / 1000, refused, bytesEach: bytes / Math.max(1, requests) };
}

/** Asks once. */
export async function askOnce(
  port: number,
  question: Question,
): Promise<{ status: number; etag: string; body: string }> {
  const { method, path, headers, body } = one(question);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
  });
  return { status: response.status, etag: response.headers.get('etag') ?? '', body: await response.text() };
}

/** The question of one user, whose answer depends on nobody else. */
export function one(question: Question): Question {
  return question.body === undefined ? question : { ...question, body: question.body.replaceAll('USER', userName(0)) };
}

/** One request as it goes over the wire. */
export function wireText(port: number, { method, path, headers = {}, body = '' }: Question): string {
  const all = {
    host: `127.0.0.1:${port}`,
    ...headers,
    ...(body !== '' && { 'content-length': Buffer.byteLength(body) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

function textsOf(port: number, question: Question): Buffer[] {
  const names = question.body?.includes('USER') ? Array.from({ length: users }, (_, nr) => userName(nr)) : [''];
  return names.map((name) =>
    Buffer.from(
      wireText(port, { ...question, ...(question.body && { body: question.body.replaceAll('USER', name) }) }),
    ),
  );
}

function userName(nr: number): string {
  return `user-${String((nr * 7919) % 1_000_003).padStart(10, '0')}-abcdefghij-00`;
}

interface Talk {
  next(): Buffer | undefined;
  onAnswer(status: number, bytes: number): void;
}

function converse(port: number, { next, onAnswer }: Talk): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let [missing, status, length] = [0, 0, 0];
    const speak = () => {
      const text = next();
      if (text === undefined) socket.end();
      else socket.write(text);
    };
    socket.on('connect', speak);
    socket.on('data', (data) => {
      if (missing === 0) {
        const head = data.toString('latin1', 0, 2048);
        const end = head.indexOf('\r\n\r\n') + 4;
        status = Number(head.slice(9, 12));
        const body = status === 304 ? 0 : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        length = end + body;
        missing = length;
      }
      missing -= data.length;
      if (missing > 0) return;
      missing = 0;
      onAnswer(status, length);
      speak();
    });
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
}
