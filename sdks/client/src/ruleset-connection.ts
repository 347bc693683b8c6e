import type { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { connectService } from './service-connection.ts';
import { serviceUrl } from './sources/attempt.ts';
import type { Failure, Fetch, HttpRequest, Message, Source } from './sources/source.ts';

export interface RulesetConnectionOptions {
  /** Where the Burgee service is. */
  url: string;
  /** A server key, or a relay key. */
  key: string;
  /** `stream` (falls back to polling by itself) unless told otherwise. */
  source?: 'stream' | 'poll' | Source;
  /** 30 s unless told. */
  pollIntervalMs?: number;
  clock: Clock;
  random: () => number;
  fetch: Fetch;
  /** What is held and can be resumed from; undefined: everything is needed. */
  version: () => string | undefined;
  /** What the evaluator here can decide, told to the service; a relay decides nothing by itself. */
  level?: number;
  /** Says whether the message made sense. */
  onMessage: (message: Message) => boolean;
  /** Says whether this confirms what is held. */
  onQuiet: () => boolean;
  onFailure: (failure: Failure) => void;
}

/** Where an environment's ruleset comes from, for as long as the connection is open. */
export function rulesetConnection(options: RulesetConnectionOptions): Connection {
  const { headers, ...asked } = apiRequest(options, '/v1/ruleset');
  const level = options.level === undefined ? {} : { 'burgee-level': String(options.level) };
  const request = () => ({ ...asked, headers: { ...headers, ...level } });
  return connectService({
    ...options,
    event: 'ruleset',
    request,
    lastEventId: options.version,
    onReport: (report) => (report.kind === 'message' ? options.onMessage(report) : options.onQuiet()),
  });
}

/** Each request has a connection of its own: those to a server that just died are not used again. */
export function apiRequest({ url, key }: { url: string; key: string }, path: string): HttpRequest {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' };
  return { url: serviceUrl(url, path), method: 'GET', headers };
}
