import { z } from 'zod';
import type { Json } from '../graphql.ts';
import { parseTyped } from '../targeting/values.ts';

/** A variant while it is typed: its value is still text. */
export interface Variant {
  name: string;
  text: string;
}

/** Stored variants → rows of a form. */
export function toRows(variants: Json): Variant[] {
  const named = variants !== null && typeof variants === 'object' && !Array.isArray(variants) ? variants : {};
  return Object.entries(named).map(([name, value]) => ({
    name,
    text: typeof value === 'string' ? value : JSON.stringify(value),
  }));
}

/** Rows of a form → variants, or the sentences that say what is wrong. */
export function variantsSchema(valueType: string) {
  return z
    .array(z.object({ name: z.string().min(1, 'each variant needs a name'), text: z.string() }))
    .min(2, '2 to 100 variants')
    .max(100, '2 to 100 variants')
    .refine((rows) => new Set(rows.map(({ name }) => name)).size === rows.length, 'two variants have the same name')
    .transform((rows, check) => {
      const values = rows.map(({ name, text }): [string, Json | undefined] => [name, parseTyped(text, valueType)]);
      for (const [name, value] of values) {
        if (value === undefined)
          check.addIssue({ code: 'custom', message: `the value of ${name} is not of type ${valueType}` });
      }
      return Object.fromEntries(values) as Record<string, Json>;
    });
}

export function startRows(valueType: string): Variant[] {
  if (valueType === 'boolean') return toRows({ on: true, off: false });
  return [
    { name: 'a', text: '' },
    { name: 'b', text: '' },
  ];
}
