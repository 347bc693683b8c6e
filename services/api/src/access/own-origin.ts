/**
 * True when no page sent the request, or a page that Burgee itself serves. On a loopback address the names of the own
 * machine count as one, as long as page and request agree on name and port.
 */
export function isOwnOrigin(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  { publicUrl }: { readonly publicUrl: string },
): boolean {
  const { origin, host } = headers;
  if (origin === undefined || origin === publicUrl) return true;
  if (typeof origin !== 'string') return false;
  const page = URL.parse(origin);
  return page !== null && page.host === host && isLoopback(page.hostname) && isLoopback(new URL(publicUrl).hostname);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
