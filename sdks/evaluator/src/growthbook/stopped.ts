import type { Fault } from '../evaluation.ts';

/** Thrown where a decision can not go on; the flag answers with the fault. */
export class Stopped extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.errorMessage);
    this.fault = fault;
  }
}

/** Where GrowthBook's own SDKs throw when they come to it: a part of a condition that is no condition. */
export const MALFORMED: Stopped = new Stopped({
  errorCode: 'GENERAL',
  errorMessage: 'a condition of the feature is malformed',
});

export const TOO_MANY_PARENTS: Stopped = new Stopped({
  errorCode: 'GENERAL',
  errorMessage: 'prerequisites are more than 100 deep, or more than 1,000 for one decision',
});
