/** Puts the cursor into the first field of a form that has just appeared. */
export function focusFirstField(inside: ParentNode | null | undefined): void {
  inside?.querySelector<HTMLElement>('input, textarea')?.focus();
}
