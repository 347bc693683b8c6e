import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { chunked, chunkOf } from './event.ts';

/** An open event stream. */
export interface EventStream {
  /** Sends one event, or several; a buffer that many readers get is prepared once for all of them. */
  send(event: string | Buffer): void;
  /** Sends a whole state: however large, it does not count as unread while it is being read. */
  sendWhole(event: Buffer): void;
  /** Ends it; the reader comes back by itself. */
  end(): void;
  readonly isOpen: boolean;
}

/** What a stream carries: decisions, rulesets, hints that something changed, changes for the admin; `poll` is a request that waits. */
export type StreamKind = 'decisions' | 'ruleset' | 'nudges' | 'changes' | 'poll';

/** Why a stream was cut: unread bytes beyond the limit, nothing read for a heartbeat, a peer that is gone, a key that is. */
export type Cut = 'slow' | 'stalled' | 'vanished' | 'revoked';

export interface StreamOptions {
  readonly kind: StreamKind;
  /** Asked every few seconds, and whenever a key changes: a stream that may not go on is ended. */
  readonly isAllowed: () => boolean;
  readonly onEnd: () => void;
}

/** May wait in this process for a reader, beyond the last whole state. */
export const unreadBytes = 256 * 1024;
/**
 * How many heartbeats a reader with much to read may let pass without reading. The kernel takes some megabytes and says
 * nothing until a third of them is through: over a slow line that takes longer than one.
 */
const beatsAllowed = 3;
/** Large events go out piece by piece: what the reader has taken can be told from what waits. */
const pieceBytes = 32 * 1024;
/** A reader that takes nothing must not keep a stream that has ended open. */
const lastWordsMs = 2000;

/**
 * Writes to one reader.
 *
 * Events go to the socket as ready HTTP chunks, past the response: one write each and nothing copied, half the work.
 */
export class OpenStream implements EventStream {
  readonly #response: ServerResponse;
  readonly #options: StreamOptions;
  readonly #onCut: (cause: Cut) => void;
  readonly #isChunked: boolean;
  #isOpen = true;
  /** What waits behind a piece that is on its way; most readers never have any. */
  #pieces: Buffer[] | undefined;
  #pieceBytes = 0;
  #wholeBytes = 0;
  #sentBytes = 0;
  #readAtBeat = 0;
  #stalledBeats = 0;
  #retransmitted = 0;

  /** @param response whose head has been written */
  constructor(response: ServerResponse, options: StreamOptions, onCut: (cause: Cut) => void) {
    this.#response = response;
    this.#options = options;
    this.#onCut = onCut;
    this.#isChunked = response.chunkedEncoding;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get kind(): StreamKind {
    return this.#options.kind;
  }

  send(event: string | Buffer): void {
    if (!this.#isOpen) return;
    if (this.#unread > unreadBytes + this.#wholeBytes) this.cut('slow');
    else this.#write(typeof event === 'string' ? chunked(event) : event);
  }

  sendWhole(event: Buffer): void {
    this.send(event);
    this.#wholeBytes = event.length;
  }

  /** Sends a sign of life; cuts a reader that has much to read and has read nothing for some of them. */
  beat(heartbeat: Buffer): void {
    const unread = this.#unread;
    const read = this.#sentBytes - unread;
    if (unread <= unreadBytes) this.send(heartbeat);
    if (unread === 0) this.#wholeBytes = 0;
    const isStalled = unread > unreadBytes && read <= this.#readAtBeat;
    this.#stalledBeats = isStalled ? this.#stalledBeats + 1 : 0;
    if (this.#stalledBeats > beatsAllowed) this.cut('stalled');
    this.#readAtBeat = read;
  }

  /**
   * Cuts a reader that has acknowledged nothing from one heartbeat to the next.
   *
   * @param unanswered how often what was sent to a peer has been sent again since its last acknowledgement
   */
  judge(unanswered: ReadonlyMap<string, number>): void {
    const { socket } = this.#response;
    const isOwing = unanswered.size > 0 && socket !== null;
    const times = isOwing ? (unanswered.get(`${socket.remoteAddress}|${socket.remotePort}`) ?? 0) : 0;
    if (times > this.#retransmitted && this.#retransmitted > 0) this.cut('vanished');
    this.#retransmitted = times;
  }

  /** Ends it when its owner may not go on. */
  review(): void {
    if (!this.#isOpen || this.#options.isAllowed()) return;
    this.#onCut('revoked');
    this.end();
  }

  /** Ends it with a time to wait before coming back. */
  leave(retryMs: number): void {
    this.send(`retry: ${retryMs}\n\n`);
    this.end();
  }

  cut(cause: Cut): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#pieces = undefined;
    this.#onCut(cause);
    this.#response.destroy();
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const rest of this.#pieces ?? []) this.#putPiece(rest);
    this.#pieces = undefined;
    this.#response.end();
    setTimeout(() => this.#response.destroy(), lastWordsMs).unref();
  }

  /** To be told when the connection is gone. */
  closed(): void {
    this.#isOpen = false;
    this.#pieces = undefined;
    this.#options.onEnd();
  }

  get #unread(): number {
    return this.#pieceBytes + this.#response.writableLength;
  }

  #write(event: Buffer): void {
    this.#sentBytes += event.length;
    if (this.#pieces !== undefined) this.#keep(event);
    else if (event.length <= pieceBytes) this.#put(event);
    else {
      this.#keep(event);
      this.#putPieces();
    }
  }

  #keep(event: Buffer): void {
    this.#pieces ??= [];
    this.#pieces.push(event);
    this.#pieceBytes += event.length;
  }

  #putPieces(): void {
    while (this.#isOpen && this.#pieces !== undefined) {
      const [first] = this.#pieces;
      if (first === undefined) {
        this.#pieces = undefined;
        return;
      }
      const piece = first.subarray(0, pieceBytes);
      if (first.length > pieceBytes) this.#pieces[0] = first.subarray(pieceBytes);
      else this.#pieces.shift();
      this.#pieceBytes -= piece.length;
      if (!this.#putPiece(piece)) {
        (this.#socket ?? this.#response).once('drain', () => this.#putPieces());
        return;
      }
    }
  }

  /** Behind another answer on its connection, and for a reader of HTTP 1.0, the response knows what to do. */
  get #socket(): Socket | undefined {
    return this.#isChunked ? (this.#response.socket ?? undefined) : undefined;
  }

  #put(event: Buffer): void {
    const socket = this.#socket;
    if (socket === undefined) this.#response.write(event);
    else socket.write(chunkOf(event));
  }

  /** Answers whether the reader takes more at once. */
  #putPiece(piece: Buffer): boolean {
    const socket = this.#socket;
    if (socket === undefined) return this.#response.write(piece);
    socket.cork();
    socket.write(`${piece.length.toString(16)}\r\n`, 'latin1');
    socket.write(piece);
    const takesMore = socket.write(lineEnd);
    socket.uncork();
    return takesMore;
  }
}

const lineEnd = Buffer.from('\r\n');
