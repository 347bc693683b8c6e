/** The same text in one stretch of memory: a text that was put together is a tree of its parts, walked again at every use. */
export function flat(text: string): string {
  return Buffer.from(text).toString();
}
