export { type CompileOptions, compile } from './compile.ts';
export type { CompiledFlag, CompiledRuleset } from './compiled.ts';
export { evaluate, evaluateAll } from './evaluate.ts';
export type { ErrorCode, Evaluation, EvaluationContext, EvaluationMetadata, Reason } from './evaluation.ts';
export { type Explanation, type ExplanationStep, explain } from './explain.ts';
export { nextChangeAt } from './next-change.ts';
export { type Outcome, type OutcomeSet, outcomes } from './outcomes.ts';
export { faultsIn, parseFlag, parseRuleset, parseSegment, type Refused } from './parse.ts';
export type {
  AttributeCondition,
  Condition,
  Flag,
  Json,
  Problem,
  Ramp,
  Requirement,
  Rule,
  Ruleset,
  Segment,
  SegmentCondition,
  SemanticsName,
  Serve,
  Split,
  ValueType,
} from './ruleset.ts';
export { LEVEL } from './ruleset.ts';
export type { Findings, RegexEngine } from './scope.ts';
export type { Decider, Semantics, SemanticsTools } from './semantics.ts';
