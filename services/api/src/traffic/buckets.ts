/** Token buckets by name: each lets `burst` through at once and `perSecond` on average. Time is given. */
export interface Buckets {
  /** Takes a token; gives the whole seconds to wait when there is none, else 0. */
  take(name: string, nowMs: number): number;
  /** The whole seconds to wait until there is a token, without taking it; 0 when there is one. */
  wait(name: string, nowMs: number): number;
}

export interface BucketOptions {
  readonly perSecond: number;
  readonly burst: number;
  /** Names kept at once, about; a flood of names makes those forgotten that were longest not seen. */
  readonly names?: number;
}

/**
 * Two generations of names bound the memory without ever looking for what to forget: when the younger is full it becomes
 * the older, and what nobody asked for since is gone.
 */
export function tokenBuckets({ perSecond, burst, names = 20_000 }: BucketOptions): Buckets {
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();
  const bucketOf = (name: string, nowMs: number): Bucket => {
    const known = young.get(name);
    if (known !== undefined) return known;
    const bucket = old.get(name) ?? { tokens: burst, at: nowMs };
    if (young.size >= names / 2) {
      old = young;
      young = new Map();
    }
    young.set(name, bucket);
    return bucket;
  };
  const fill = (bucket: Bucket, nowMs: number): void => {
    const gained = ((nowMs - bucket.at) * perSecond) / 1000;
    if (gained <= 0) return;
    bucket.tokens = Math.min(burst, bucket.tokens + gained);
    bucket.at = nowMs;
  };
  const waitOf = (bucket: Bucket): number =>
    bucket.tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
  return {
    take(name, nowMs) {
      const bucket = bucketOf(name, nowMs);
      fill(bucket, nowMs);
      if (bucket.tokens < 1) return waitOf(bucket);
      bucket.tokens -= 1;
      return 0;
    },
    wait(name, nowMs) {
      const bucket = young.get(name) ?? old.get(name);
      if (bucket === undefined) return 0;
      fill(bucket, nowMs);
      return waitOf(bucket);
    },
  };
}

interface Bucket {
  tokens: number;
  at: number;
}
