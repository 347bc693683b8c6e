/** Writes one server-sent event; `data` has no line breaks, which JSON never has. */
export function eventText(event: { readonly id: string; readonly event: string; readonly data: string }): string {
  return `id: ${event.id}\nevent: ${event.event}\ndata: ${event.data}\n\n`;
}

/** One event as bytes, made once for all its readers. */
export function eventBytes(event: { readonly id: string; readonly event: string; readonly data: string }): Buffer {
  return Buffer.from(eventText(event));
}
