/**
 * Where flags come from. A source makes one attempt and hands over what it got, raw; what that is worth, and whether
 * there is a next attempt, the client decides.
 */
export interface Source {
  readonly kind: 'stream' | 'poll' | 'file' | 'static';
  /** Starts an attempt; the answer ends it. Nothing is reported after a failure or after that. */
  open(report: (report: Report) => void): () => void;
}

export type Report =
  | Message
  /** A heartbeat: the server is there and has nothing to say. */
  | { readonly kind: 'alive' }
  /** The server says that what it last answered still holds. */
  | { readonly kind: 'unchanged' }
  | Failed;

export interface Failed {
  readonly kind: 'failed';
  readonly failure: Failure;
}

export interface Message {
  readonly kind: 'message';
  /** The event's name, as on the stream. */
  readonly event: string;
  readonly data: string;
  /** What a stream can be resumed from. */
  readonly id?: string;
}

export interface Failure {
  /**
   * `refused`: the key (401, 403). `ended`: the server closed in good order. `unusable`: what answers is no source of
   * flags. `broken`: what came cannot be used. `absent`: nothing was kept.
   */
  readonly cause: 'refused' | 'status' | 'unreachable' | 'silent' | 'ended' | 'unusable' | 'broken' | 'absent';
  readonly detail: string;
  /** The header as it came. */
  readonly retryAfter?: string | undefined;
  /** The stream's `retry:`, in milliseconds. */
  readonly retryMs?: number | undefined;
}

/** What a source over HTTP asks for; made anew for each attempt. */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;
