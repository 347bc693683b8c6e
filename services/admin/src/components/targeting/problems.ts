import { type ComputedRef, computed, type InjectionKey, inject, type MaybeRefOrGetter, type Ref, toValue } from 'vue';
import type { Problem } from '../../errors.ts';
import { problemsWithin } from '../../targeting/check.ts';
import type { Choices } from '../../targeting/choices.ts';

/** The faults of the draft that is being edited, for every field inside the editor. */
export const problemsKey: InjectionKey<Ref<readonly Problem[]>> = Symbol('problems');

export const choicesKey: InjectionKey<Ref<Choices>> = Symbol('choices');

/** The first message at this field or anywhere inside it. */
export function useProblemWithin(path: MaybeRefOrGetter<string>): ComputedRef<string | undefined> {
  const problems = useProblems();
  return computed(() => problemsWithin(problems.value, toValue(path))[0]?.message);
}

export function useProblems(): ComputedRef<readonly Problem[]> {
  const problems = inject(problemsKey, undefined);
  return computed(() => problems?.value ?? []);
}

export function useChoices(): ComputedRef<Choices> {
  const choices = inject(choicesKey, undefined);
  return computed(() => choices?.value ?? { variants: [], segments: [], flags: new Map(), attributes: [] });
}
