const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);
const GROUPS = /^([\da-f]{1,4}(:[\da-f]{1,4})*)?$/i;
/** Six groups of four digits, and four numbers of three. */
const LONGEST = 45;
const PREFIX = /^(0|[1-9]\d{0,2})$/;

/** Eight groups of 16 bits; an IPv4 address is `::ffff:` and its own two groups. */
export type Address = readonly number[];

export interface Network {
  readonly address: Address;
  /** How many of the 128 bits count. */
  readonly bits: number;
}

/** Reads `ADDRESS` or `ADDRESS/BITS`; undefined when it is neither. */
export function networkOf(text: string): Network | undefined {
  const [before = '', prefix, ...more] = text.split('/');
  const address = addressOf(before);
  const all = before.includes(':') ? 128 : 32;
  const bits = prefix === undefined ? all : PREFIX.test(prefix) ? Number(prefix) : 129;
  return address === undefined || more.length > 0 || bits > all ? undefined : { address, bits: 128 - all + bits };
}

/** Reads an IPv4 or an IPv6 address (RFC 4291, no zone); undefined when it is neither. */
export function addressOf(text: string): Address | undefined {
  if (text.length > LONGEST) return undefined;
  const dotted = text.slice(text.lastIndexOf(':') + 1);
  const [, ...octets] = IPV4.exec(dotted)?.map(Number) ?? [];
  if (dotted === text) return octets.length === 0 ? undefined : [0, 0, 0, 0, 0, 0xffff, ...pairs(octets)];
  const colons = octets.length === 0 ? text : `${text.slice(0, -dotted.length)}${pairs(octets).map(hex).join(':')}`;
  const [front = '', back, ...more] = colons.split('::');
  if (more.length > 0 || !GROUPS.test(front) || !GROUPS.test(back ?? '')) return undefined;
  const before = groupsOf(front);
  const after = groupsOf(back ?? '');
  const missing = 8 - before.length - after.length;
  if (back === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...new Array(missing).fill(0), ...after];
}

/** Whether the bits of a network that count are those of the address. */
export function isIn({ address, bits }: Network, other: Address): boolean {
  return address.every((group, i) => {
    const ignored = Math.min(16, Math.max(0, 16 * (i + 1) - bits));
    return group >> ignored === (other[i] ?? 0) >> ignored;
  });
}

function pairs([a = 0, b = 0, c = 0, d = 0]: readonly number[]): number[] {
  return [a * 256 + b, c * 256 + d];
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function hex(group: number): string {
  return group.toString(16);
}
