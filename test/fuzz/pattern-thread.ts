import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import { compile, evaluate, parseRuleset } from '@burgee/evaluator';
import { regexEngine } from '@burgee/evaluator/regex';
import { evilPatterns } from './patterns.ts';

const rounds = 5;

/** As it comes over the wire: compiled with its ruleset, then asked. */
function decide(pattern: string, subject: string): 'refused' | boolean {
  const base = {
    key: 'f',
    enabled: true,
    type: 'boolean',
    variants: { on: true, off: false },
    off: 'off',
    default: 'off',
  };
  const f = { ...base, rules: [{ id: 'r', if: [{ attr: 'a', op: 'matches', values: [pattern] }] }] };
  const parsed = parseRuleset({ format: 1, environment: 'test', version: '1.a', flags: { f }, segments: {} });
  if (!parsed.ok) throw new Error('no ruleset');
  const { errorCode, value } = evaluate(compile(parsed.ruleset, { regex: regexEngine }), 'f', { a: subject }, 0);
  return errorCode === 'PARSE_ERROR' ? 'refused' : value === true;
}

/** Of compiling and deciding together. */
function best(pattern: string, subject: string): number {
  const times = Array.from({ length: rounds }, () => {
    const before = performance.now();
    decide(pattern, subject);
    return performance.now() - before;
  });
  return Math.min(...times);
}

const answers = evilPatterns.map(({ pattern, subject }) => decide(pattern, subject));
parentPort?.postMessage({ answers, ms: evilPatterns.map(({ pattern, subject }) => best(pattern, subject)) });
