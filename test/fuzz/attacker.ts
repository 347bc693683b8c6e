import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { subjects } from './attacks.ts';
import { type Attack, survive } from './survive.ts';

/** What a thread is given: whom to attack, how often, and where to count. */
export interface Orders {
  readonly subject: string;
  readonly seed: number;
  readonly numRuns: number;
  readonly path?: string;
  readonly beat: SharedArrayBuffer;
}

const { subject, beat, ...orders }: Orders = workerData;
const count = new Int32Array(beat);

/** Making what failed smaller ends some time. */
const mostShrinks = 400;
let enough = Number.POSITIVE_INFINITY;

const attack = subjects[subject] as fc.Arbitrary<Attack>;
const { failed, counterexample, counterexamplePath, errorInstance } = fc.check(
  fc.property(attack, (one) => {
    if (Atomics.add(count, 0, 1) > enough) return;
    try {
      survive(one);
    } catch (cause) {
      enough = Math.min(enough, Atomics.load(count, 0) + mostShrinks);
      throw cause;
    }
  }),
  orders,
);
parentPort?.postMessage(failed ? tell() : undefined);

/** How it failed, and the smallest input that makes it fail. */
function tell(): string {
  const [one] = counterexample as [Attack];
  const error = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  const inputs = [one.document, ...one.contexts].map((make) => show(make()));
  return [`path "${counterexamplePath}", now ${one.now}`, error?.slice(0, 2000), ...inputs].join('\n');
}

function show(input: unknown): string {
  try {
    return inspect(input, { depth: 12, maxArrayLength: 20, maxStringLength: 200, showProxy: true }).slice(0, 4000);
  } catch (cause) {
    return `(${cause})`;
  }
}
