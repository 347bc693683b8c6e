import { parseFlag, parseSegment } from '@burgee/evaluator';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import type { Draft } from './draft.ts';

/** What a flag has in every environment, as far as its targeting depends on it. */
export interface FlagFrame {
  readonly key: string;
  readonly valueType: string;
  readonly variants: unknown;
}

/** Names that targeting may refer to. */
export interface Known {
  readonly segments: readonly string[];
  readonly flags: readonly string[];
}

/**
 * Everything wrong with a draft, at the field where it is. The evaluator's parser speaks first, because its sentences are the
 * server's; the form adds what only a form can know, such as a name that was not chosen yet.
 */
export function checkDraft(flag: FlagFrame, draft: Draft, known: Known): Problem[] {
  const parsed = parseFlag(wireFlag(flag, draft));
  return merge(parsed.ok ? [] : parsed.problems, issues(formSchema(known).safeParse(draft)));
}

/** The same for a segment. */
export function checkSegment(segment: { key: string; if: unknown[]; include: string[]; exclude: string[] }): Problem[] {
  const parsed = parseSegment(segment);
  return merge(parsed.ok ? [] : parsed.problems, issues(z.object({ if: z.array(condition) }).safeParse(segment)));
}

/** The problems of one field and of whatever lies inside it. */
export function problemsWithin(problems: readonly Problem[], path: string): Problem[] {
  return problems.filter(({ path: at }) => at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`));
}

function wireFlag(flag: FlagFrame, draft: Draft): object {
  const { enabled, off, requires, rules } = draft;
  return {
    key: flag.key,
    type: flag.valueType,
    variants: flag.variants,
    enabled,
    off,
    rules,
    default: draft.default,
    ...(requires.length > 0 ? { requires } : {}),
  };
}

function merge(server: readonly Problem[], form: readonly Problem[]): Problem[] {
  const spoken = new Set(server.map((problem) => problem.path));
  return [...server, ...form.filter((problem) => !spoken.has(problem.path))];
}

function issues(result: z.ZodSafeParseResult<unknown>): Problem[] {
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => ({ path: pathText(path), message }));
}

/** `['rules', 0, 'serve']` → `rules[0].serve`, the way the server writes it. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function formSchema(known: Known) {
  const requirement = z.object({
    flag: z.string().min(1, 'choose a flag').refine(isKnown(known.flags), 'no such flag in this project'),
    variants: z.array(z.string()).min(1, 'choose at least one variant'),
  });
  return z.object({
    requires: z.array(requirement),
    rules: z.array(
      z.object({
        if: z.array(conditionOf(known.segments)).optional(),
        requires: z.array(requirement).optional(),
        rollout: z.union([z.number(), ramp], 'give a percentage from 0 to 100').optional(),
        serve: serve.optional(),
      }),
    ),
    default: serve,
  });
}

const isKnown = (names: readonly string[]) => (name: string) => name === '' || names.includes(name);

const totalWeight = 100_000;
const serve = z.union([
  z.string(),
  z.null(),
  z.object({
    split: z
      .array(z.tuple([z.string(), z.number('give a percentage')]))
      .refine(
        (parts) => parts.reduce((sum, [, weight]) => sum + weight, 0) === totalWeight,
        'the shares must add up to 100 %',
      ),
  }),
]);
const ramp = z
  .object({ from: z.number(), to: z.number(), start: z.string(), end: z.string() })
  .refine(({ start, end }) => Date.parse(start) < Date.parse(end), { path: ['end'], message: 'end before start' });

/** Only what is being written by hand; the evaluator knows operators and operands better. */
function conditionOf(segments: readonly string[] | undefined): z.ZodType {
  const known = z.string().min(1, 'choose a segment');
  const segment = segments === undefined ? known : known.refine(isKnown(segments), 'no such segment in this project');
  const one: z.ZodType = z.lazy(() =>
    z.looseObject({
      attr: z.string().min(1, 'name the attribute').optional(),
      segment: segment.optional(),
      all: z.array(one).optional(),
      any: z.array(one).optional(),
      none: z.array(one).optional(),
    }),
  );
  return one;
}
const condition = conditionOf(undefined);
