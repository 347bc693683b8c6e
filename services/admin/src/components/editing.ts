import type { Json } from '@burgee/evaluator';
import { type ComputedRef, computed, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue';
import { onBeforeRouteLeave } from 'vue-router';
import { type AdminError, toAdminError } from '../errors.ts';
import { type Difference, difference } from '../history/difference.ts';
import { stable } from '../targeting/draft.ts';
import { useConflict } from './conflict.ts';

/** One row that is edited in a form: what it was made from, what was changed, and storing it. */
export interface Editing<Row, Form> {
  /** What the form was made from; a newer row replaces it only while nothing was edited. */
  readonly base: Readonly<ShallowRef<Row>>;
  readonly form: Readonly<ShallowRef<Form>>;
  readonly dirty: ComputedRef<boolean>;
  /** Somebody else stored a change since. */
  readonly overtaken: ComputedRef<boolean>;
  readonly differences: ComputedRef<readonly Difference[]>;
  readonly refused: Readonly<ShallowRef<AdminError | undefined>>;
  readonly busy: Readonly<Ref<boolean>>;
  /** Counts how often the form was begun anew, so that half-typed fields go with it. */
  readonly round: Readonly<Ref<number>>;
  change(form: Form): void;
  /** Takes the newest row and forgets what was edited. */
  discard(): void;
  save(): Promise<void>;
}

export interface Editable<Row, Form> {
  readonly row: () => Row;
  readonly formOf: (row: Row) => Form;
  /** Stores the form over a row; false: the person thought better of it. A second attempt gets what the first one left in `said`. */
  readonly store: (from: Row, form: Form, said: { reason?: string }) => Promise<boolean>;
  readonly stored: () => void;
  /** Reads the row as it is stored now. */
  readonly readAgain: (from: Row) => Promise<Row | undefined>;
  readonly subject: (row: Row) => string;
  /** Asked of whoever leaves the page with edits. */
  readonly leaving: string;
}

/** Edits a row: nobody's change is lost, because an overtaken one shows both versions first. */
export function useEditing<Row extends { readonly revision: string }, Form>(
  options: Editable<Row, Form>,
): Editing<Row, Form> {
  const askConflict = useConflict();
  const base = shallowRef(options.row()) as ShallowRef<Row>;
  const form = shallowRef(options.formOf(base.value)) as ShallowRef<Form>;
  const refused = shallowRef<AdminError>();
  const [busy, round] = [ref(false), ref(0)];
  const start = computed(() => options.formOf(base.value));
  const dirty = computed(() => stable(form.value) !== stable(start.value));

  function begin(row: Row): void {
    base.value = row;
    form.value = options.formOf(row);
    refused.value = undefined;
    round.value += 1;
  }
  function change(next: Form): void {
    refused.value = undefined;
    form.value = next;
  }
  async function save(): Promise<void> {
    busy.value = true;
    try {
      await attempt(base.value, {});
    } catch (cause) {
      refused.value = toAdminError(cause);
    } finally {
      busy.value = false;
    }
  }
  async function attempt(from: Row, said: { reason?: string }): Promise<void> {
    try {
      if (!(await options.store(from, form.value, said))) return;
      form.value = start.value; // the stored row follows with the next reading
      options.stored();
    } catch (cause) {
      if (toAdminError(cause).code !== 'REVISION_CONFLICT') throw cause;
      await settle(from, said);
    }
  }
  async function settle(from: Row, said: { reason?: string }): Promise<void> {
    const now = await options.readAgain(from);
    if (now === undefined) return;
    const [was, is] = [options.formOf(from), options.formOf(now)];
    const [theirs, mine] = [compare(was, is), compare(is, form.value)];
    const choice = await askConflict({ subject: options.subject(now), theirs, mine });
    if (choice === 'again') await attempt(now, said);
    if (choice === 'reload') begin(now);
  }

  watch(options.row, (row) => {
    if (!dirty.value) begin(row);
  });
  onBeforeRouteLeave(() => !dirty.value || window.confirm(options.leaving));
  return {
    base,
    form,
    dirty,
    overtaken: computed(() => dirty.value && options.row().revision !== base.value.revision),
    differences: computed(() => compare(start.value, form.value)),
    refused,
    busy,
    round,
    change,
    discard: () => begin(options.row()),
    save,
  };
}

/** Two forms in the words of the history. */
function compare(before: unknown, after: unknown): Difference[] {
  return difference(before as Json, after as Json);
}
