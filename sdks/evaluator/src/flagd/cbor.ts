import { utf8 } from '../bucket.ts';
import { isList, isMap } from './value.ts';
import { Undecidable } from './work.ts';

/**
 * A JSON value in deterministic CBOR (RFC 8949, 4.2.1).
 *
 * Whole numbers within -2^63 .. 2^64-1 become integers, -0 becomes 0, others the shortest float that holds them.
 */
export function cbor(value: unknown): Uint8Array {
  const bytes: number[] = [];
  write(value, bytes, 0);
  return Uint8Array.from(bytes);
}

const DEEPEST = 64;

function write(value: unknown, bytes: number[], depth: number): void {
  if (depth > DEEPEST) throw new Undecidable(`a bucketing value has at most ${DEEPEST} levels`);
  if (typeof value === 'string') writeText(value, bytes);
  else if (typeof value === 'number') writeNumber(value, bytes);
  else if (value === true) bytes.push(0xf5);
  else if (value === false) bytes.push(0xf4);
  else if (isList(value)) {
    writeHead(4, value.length, bytes);
    for (const item of value) write(item, bytes, depth + 1);
  } else if (isMap(value)) writeMap(value, bytes, depth);
  else bytes.push(0xf6);
}

/** Sorted by their encoded names. */
function writeMap(map: { readonly [name: string]: unknown }, bytes: number[], depth: number): void {
  const entries = Object.keys(map).map((name) => ({ name, encoded: cbor(name) }));
  entries.sort((a, b) => compareBytes(a.encoded, b.encoded));
  writeHead(5, entries.length, bytes);
  for (const { name, encoded } of entries) {
    for (const byte of encoded) bytes.push(byte);
    write(map[name], bytes, depth + 1);
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function writeText(text: string, bytes: number[]): void {
  const encoded = utf8(text);
  writeHead(3, encoded.length, bytes);
  for (let i = 0; i < encoded.length; i++) bytes.push(encoded.charCodeAt(i));
}

/** The kind of an item and its length or value, in as few bytes as hold it. */
function writeHead(kind: number, value: number, bytes: number[]): void {
  const start = kind << 5;
  if (value < 24) bytes.push(start | value);
  else if (value < 0x100) bytes.push(start | 24, value);
  else if (value < 0x1_0000) writeBytes(start | 25, 2, (view) => view.setUint16(0, value), bytes);
  else if (value < 0x1_0000_0000) writeBytes(start | 26, 4, (view) => view.setUint32(0, value), bytes);
  else writeBytes(start | 27, 8, (view) => view.setBigUint64(0, BigInt(value)), bytes);
}

function writeBytes(head: number, size: 2 | 4 | 8, set: (view: DataView) => void, bytes: number[]): void {
  const view = new DataView(new ArrayBuffer(size));
  set(view);
  bytes.push(head, ...new Uint8Array(view.buffer));
}

function writeNumber(value: number, bytes: number[]): void {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) writeInteger(value, bytes);
  else if (Number.isNaN(value)) bytes.push(0xf9, 0x7e, 0x00);
  else if (fitsFloat16(value)) writeBytes(0xf9, 2, (view) => view.setUint16(0, float16Bits(value)), bytes);
  else if (Math.fround(value) === value) writeBytes(0xfa, 4, (view) => view.setFloat32(0, value), bytes);
  else writeBytes(0xfb, 8, (view) => view.setFloat64(0, value), bytes);
}

function writeInteger(value: number, bytes: number[]): void {
  if (value >= 0) writeHead(0, value === 0 ? 0 : value, bytes);
  else if (value > -(2 ** 53)) writeHead(1, -1 - value, bytes);
  // Beyond 2^53 a double can not take one away.
  else writeBytes(0x3b, 8, (view) => view.setBigUint64(0, -1n - BigInt(value)), bytes);
}

function fitsFloat16(value: number): boolean {
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY || size === 0) return true;
  if (size > 65_504) return false;
  // Steps are 2^-24 below 2^-14, else 2^-10 of the power of two at or below the number.
  const step = size < 2 ** -14 ? 2 ** -24 : 2 ** (exponentOf(size) - 10);
  return Number.isInteger(size / step);
}

function float16Bits(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | (size * 2 ** 24);
  const exponent = exponentOf(size);
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}

function exponentOf(size: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  return ((view.getUint16(0) >> 4) & 0x7ff) - 1023;
}
