/** Writes one server-sent event; `data` has no line breaks, which JSON never has. */
export function eventText(event: { readonly id: string; readonly event: string; readonly data: string }): string {
  return `id: ${event.id}\nevent: ${event.event}\ndata: ${event.data}\n\n`;
}

/** One event as bytes, made once for all its readers, and ready to be sent as a chunk of HTTP 1.1. */
export function eventBytes(event: { readonly id: string; readonly event: string; readonly data: string }): Buffer {
  return chunked(eventText(event));
}

/** Bytes of a text that lie in the middle of their own {@link chunkOf chunk}. */
export function chunked(text: string): Buffer {
  const size = Buffer.byteLength(text).toString(16);
  const chunk = Buffer.from(`${size}\r\n${text}\r\n`);
  const bytes = chunk.subarray(size.length + 2, -2);
  chunks.set(bytes, chunk);
  return bytes;
}

/** Bytes as a chunk of HTTP 1.1, made once however many readers get them. */
export function chunkOf(bytes: Buffer): Buffer {
  let chunk = chunks.get(bytes);
  if (chunk === undefined) {
    chunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
    chunks.set(bytes, chunk);
  }
  return chunk;
}

const chunks = new WeakMap<Buffer, Buffer>();
