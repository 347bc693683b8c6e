import type { Product } from './catalog.graphql.ts';
import { products } from './products.ts';

/** The old search: names that contain the text. */
export function searchNames(text: string): Product[] {
  return products.filter(({ name }) => contains(name, text));
}

/** The new one: every word somewhere in name or description. */
export function searchWords(text: string): Product[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return products.filter(({ name, description }) => words.every((word) => contains(`${name} ${description}`, word)));
}

function contains(whole: string, part: string): boolean {
  return whole.toLowerCase().includes(part.toLowerCase());
}
