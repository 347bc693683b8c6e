import { type Connection, type ConnectionOptions, keepConnected } from './connection.ts';
import { type PollOptions, pollSource } from './sources/poll.ts';
import type { Source } from './sources/source.ts';
import { type StreamOptions, streamSource } from './sources/stream.ts';

export interface ServiceConnectionOptions extends ConnectionOptions, StreamOptions, PollOptions {
  /** `stream` (falls back to polling by itself) unless told otherwise. */
  source?: 'stream' | 'poll' | Source;
}

/** What the service says, for as long as the connection is open. */
export function connectService(options: ServiceConnectionOptions): Connection {
  const { source = 'stream' } = options;
  const poll = pollSource(options);
  if (source === 'stream') return keepConnected(options, streamSource(options), poll);
  return keepConnected(options, source === 'poll' ? poll : source);
}
