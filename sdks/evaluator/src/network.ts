const IPV4 = /(^|:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/;
/** Each group is followed by a colon here. */
const GROUPS = /^([\da-f]{1,4}:){8}$/i;
/** One more than six groups of four digits and four numbers of three: longer ones are none. */
const ENOUGH = 46;
const NETWORK = /^([^/]*)(\/(0|[1-9]\d{0,2}))?$/;

/** 128 bits; an IPv4 address is `::ffff:` and its own 32. */
export type Address = bigint;

export interface Network {
  readonly address: Address;
  /** How many of the 128 bits count. */
  readonly bits: number;
}

/** Reads `ADDRESS` or `ADDRESS/BITS`; undefined when it is neither. */
export function networkOf(text: string): Network | undefined {
  const { 1: before = '', 3: prefix } = NETWORK.exec(text) ?? [];
  const address = addressOf(before);
  const others = before.includes(':') ? 0 : 96;
  const bits = prefix ? others + Number(prefix) : 128;
  return address === undefined || bits > 128 ? undefined : { address, bits };
}

/** Reads an IPv4 or an IPv6 address (RFC 4291, no zone); undefined when it is neither. */
export function addressOf(text: string): Address | undefined {
  const colons = text
    .slice(0, ENOUGH)
    .replace(IPV4, (_, before, ...[a, b, c, d]) => `${before || '::ffff:'}${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`);
  const [front, ...rest] = colons.split('::');
  const given = colons.split(/:+/).filter(Boolean).length;
  // Where there is no room for a group of 0, this makes too many of them.
  const zeros = `0${':0'.repeat(Math.abs(7 - given))}`;
  const groups = rest.length === 0 ? colons : [front, zeros, rest.join('::')].filter(Boolean).join(':');
  if (!GROUPS.test(`${groups}:`)) return undefined;
  const digits = groups.split(':').map((group) => group.padStart(4, '0'));
  return BigInt(`0x${digits.join('')}`);
}

/** Whether the bits of a network that count are those of the address. */
export function isIn({ address, bits }: Network, other: Address): boolean {
  return (address ^ other) >> BigInt(128 - bits) === 0n;
}

/** Two digits; what is no octet becomes none. */
function hex(octet: string): string {
  const value = Number(octet);
  return value < 256 && `${value}` === octet ? (value + 256).toString(16).slice(1) : '-';
}
