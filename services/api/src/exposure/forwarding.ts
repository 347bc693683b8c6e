import { type Upstream, uuidFor } from '../upstream.ts';
import type { ExposureBatch, ExposureCount, UnknownFlag } from './exposure.ts';
import type { ExposureSink } from './exposure-sink.ts';

/** Sends counts to the Burgee that this relay follows, under the relay's key. */
export function forwardTo(upstream: Upstream): ExposureSink {
  return {
    flushMs: 2000,
    write: async (batches) => {
      for (const { environmentId, body } of batches.flatMap(forwardedParts)) {
        const isTaken = await upstream.post(environmentId, '/v1/exposures', body);
        if (!isTaken) throw new Error('the upstream Burgee refuses counts of this relay');
      }
    },
  };
}

/** The body of a `POST /v1/exposures` by which a relay hands counts on. */
export interface Forwarded {
  readonly environmentId: string;
  readonly body: {
    readonly batchId: string;
    readonly application: string;
    readonly throughClientKey: boolean;
    readonly counts: readonly object[];
    readonly unknown: readonly string[];
  };
}

/** So many counts fit into what the door takes, however long their names are. */
const countsAtOnce = 250;
const unknownAtOnce = 100;

/**
 * Divides a batch by environment, application and kind of key, as the door takes them. The parts have ids of their own
 * made from the batch's: sent again after half of them arrived, each still counts once.
 */
export function forwardedParts({ batchId, counts, unknown }: ExposureBatch): Forwarded[] {
  const groups = new Map<string, { counts: ExposureCount[]; unknown: UnknownFlag[] }>();
  const groupOf = ({ environmentId, application, throughClientKey }: ExposureCount | UnknownFlag) => {
    const name = JSON.stringify([environmentId, application, throughClientKey]);
    const group = groups.get(name) ?? { counts: [], unknown: [] };
    groups.set(name, group);
    return group;
  };
  for (const count of counts) groupOf(count).counts.push(count);
  for (const flag of unknown) groupOf(flag).unknown.push(flag);
  return [...groups].flatMap(([name, group]) => {
    const [environmentId, application, throughClientKey] = JSON.parse(name) as [string, string, boolean];
    const parts = Math.max(
      Math.ceil(group.counts.length / countsAtOnce),
      Math.ceil(group.unknown.length / unknownAtOnce),
    );
    return Array.from({ length: parts }, (_, part) => ({
      environmentId,
      body: {
        batchId: uuidFor(`${batchId} ${name}${part}`),
        application,
        throughClientKey,
        counts: group.counts.slice(part * countsAtOnce, (part + 1) * countsAtOnce).map(written),
        unknown: group.unknown.slice(part * unknownAtOnce, (part + 1) * unknownAtOnce).map(({ flagKey }) => flagKey),
      },
    }));
  });
}

function written({ flagKey, variant, count, hour, source }: ExposureCount): object {
  return { flag: flagKey, variant, count, hour: new Date(hour).toISOString(), source };
}
