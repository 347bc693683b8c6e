/** undefined: it depends on something that this spec does not know, so not even its opposite is true. */
export type Verdict = boolean | undefined;

/** A question about a value: the context, or what is in it. */
export type Test = (value: unknown) => Verdict;

export function always(): Verdict {
  return true;
}

export function never(): Verdict {
  return false;
}

export function unknown(): Verdict {
  return undefined;
}

export function not(test: Test): Test {
  return (value) => {
    const verdict = test(value);
    return verdict === undefined ? undefined : !verdict;
  };
}

/** One false settles it, wherever an unknown one stands. */
export function every(tests: readonly Test[]): Test {
  const [first = always, ...others] = tests;
  if (others.length === 0) return first;
  return (value) => {
    let verdict: Verdict = true;
    for (const test of tests) {
      const one = test(value);
      if (one === false) return false;
      if (one === undefined) verdict = undefined;
    }
    return verdict;
  };
}

/** One true settles it; false for no tests at all. */
export function some(tests: readonly Test[]): Test {
  return (value) => {
    let verdict: Verdict = false;
    for (const test of tests) {
      const one = test(value);
      if (one === true) return true;
      if (one === undefined) verdict = undefined;
    }
    return verdict;
  };
}
