/** An established connection with bytes sent and bytes sent again: peer, port, and how often the oldest went out again. */
const unanswered =
  /^ *\d+: \S+ ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) 01 (?!0{8}:)\S+ 01:\S+ (?!0{8} )([0-9A-F]{8}) /gm;

/**
 * Finds in the kernel's table of TCP connections (`/proc/net/tcp`, `/proc/net/tcp6`) those whose peer owes an
 * acknowledgement: `address|port` of the peer → retransmissions since the last one.
 */
export function unansweredIn(table: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, address = '', port = '', times = ''] of table.matchAll(unanswered)) {
    found.set(`${addressText(address)}|${Number.parseInt(port, 16)}`, Number.parseInt(times, 16));
  }
  return found;
}

/** The kernel writes an address as words of four bytes, each from its last byte to its first. */
function addressText(words: string): string {
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return dotted(bytes);
  const hex = bytes.join('').toLowerCase();
  if (hex.startsWith('00000000000000000000ffff')) return `::ffff:${dotted(bytes.slice(12))}`;
  return new URL(`http://[${hex.replace(/.{4}(?!$)/g, '$&:')}]`).hostname.slice(1, -1);
}

function dotted(bytes: readonly string[]): string {
  return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
}
