import { type ShallowRef, shallowRef, type WatchSource, watch } from 'vue';
import { type AdminError, toAdminError } from '../errors.ts';
import { useChanges } from '../stores/changes.ts';

export interface Query<Data> {
  /** The newest answer; stays while it is read again. */
  readonly data: Readonly<ShallowRef<Data | undefined>>;
  readonly error: Readonly<ShallowRef<AdminError | undefined>>;
  readonly loading: Readonly<ShallowRef<boolean>>;
  reload(): Promise<void>;
}

/**
 * Reads when `inputs` change, and again when the API reports a change, so that nobody looks at an old state.
 *
 * @param read    asks the API; a later call wins over an earlier one that is still under way
 * @param inputs  what the reading depends on
 */
export function useQuery<Data>(read: () => Promise<Data>, inputs: WatchSource[] = []): Query<Data> {
  const data = shallowRef<Data>();
  const error = shallowRef<AdminError>();
  const loading = shallowRef(true);
  let newest = 0;

  async function reload(): Promise<void> {
    newest += 1;
    const mine = newest;
    loading.value = true;
    const outcome = await settle(read);
    if (mine !== newest) return;
    if ('data' in outcome) data.value = outcome.data;
    error.value = 'error' in outcome ? outcome.error : undefined;
    loading.value = false;
  }

  const changes = useChanges();
  watch(inputs, () => void reload(), { immediate: true });
  watch(
    () => changes.latest,
    () => void reload(),
  );
  return { data, error, loading, reload };
}

async function settle<Data>(read: () => Promise<Data>): Promise<{ data: Data } | { error: AdminError }> {
  try {
    return { data: await read() };
  } catch (cause) {
    return { error: toAdminError(cause) };
  }
}
