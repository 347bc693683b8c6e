import { useToast } from '@nuxt/ui/composables';
import { toAdminError } from '../errors.ts';

/** Short messages in the corner: what was done, and every refusal with its code and how to mend it. */
export function useNotices() {
  const toast = useToast();

  function done(title: string, description?: string): void {
    toast.add({ title, description, color: 'success', icon: 'i-lucide-check', duration: 4_000 });
  }

  function failed(cause: unknown, what: string): void {
    const { code, message, fix } = toAdminError(cause);
    const description = [message, fix].filter(Boolean).join(' ');
    toast.add({
      title: `${what} · ${code}`,
      description,
      color: 'error',
      icon: 'i-lucide-circle-alert',
      duration: 15_000,
    });
  }

  /** Offers something to do; answers how to take the offer back. */
  function offer(title: string, action: { label: string; run: () => unknown }, description?: string): () => void {
    const actions = [
      { label: action.label, color: 'neutral' as const, variant: 'outline' as const, onClick: () => void action.run() },
    ];
    const { id } = toast.add({
      title,
      description,
      color: 'neutral',
      icon: 'i-lucide-power-off',
      duration: 15_000,
      actions,
    });
    return () => toast.remove(id);
  }

  return { done, failed, offer };
}
