import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  onBeforeUnmount,
  type Ref,
  shallowReactive,
  toValue,
} from 'vue';
import type { Problem } from '../../errors.ts';
import { problemsWithin } from '../../targeting/check.ts';
import type { Choices } from '../../targeting/choices.ts';

/** The faults of the draft that is being edited, for every field inside the editor. */
export const problemsKey: InjectionKey<Ref<readonly Problem[]>> = Symbol('problems');

export const choicesKey: InjectionKey<Ref<Choices>> = Symbol('choices');

/** Texts that are no JSON yet, by the path of their field: they are in no draft, and still nothing may be saved over them. */
export type Unreadable = Map<string, string>;
export const unreadableKey: InjectionKey<Unreadable> = Symbol('unreadable');

export const newUnreadable = (): Unreadable => shallowReactive(new Map<string, string>());

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
  return computed(
    () =>
      choices?.value ?? {
        variants: [],
        valueType: 'boolean',
        segments: [],
        flags: new Map(),
        attributes: [],
        semantics: 'burgee-1',
      },
  );
}

/** Tells the editor around that the text of a field cannot be read, and takes it back. */
export function useUnreadable(path: () => string): (message: string | undefined) => void {
  const unreadable = inject(unreadableKey, undefined);
  const tell = (message: string | undefined) => {
    if (message === undefined) unreadable?.delete(path());
    else unreadable?.set(path(), message);
  };
  onBeforeUnmount(() => tell(undefined));
  return tell;
}
