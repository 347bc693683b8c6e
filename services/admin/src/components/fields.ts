import { z } from 'zod';

/** The grammar of keys, with the server's sentences. */
export const keySchema = z
  .string()
  .min(1, 'key must be 1 to 128 characters')
  .max(128, 'key must be 1 to 128 characters')
  .regex(/^[a-z0-9._-]+$/, 'key may contain a-z 0-9 . _ -');

/** "Free shipping banner" → `free-shipping-banner`, offered while the key was not typed by hand. */
export function keyFrom(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 128);
}
