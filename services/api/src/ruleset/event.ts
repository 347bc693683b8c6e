/** Writes one server-sent event; `data` has no line breaks, which JSON never has. */
export function eventText(event: { readonly id: string; readonly event: string; readonly data: string }): string {
  return `id: ${event.id}\nevent: ${event.event}\ndata: ${event.data}\n\n`;
}
