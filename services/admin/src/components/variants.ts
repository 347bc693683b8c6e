import type { Json } from '@burgee/evaluator';
import { z } from 'zod';
import { parseTyped, typedText } from '../targeting/values.ts';

/** A variant while it is typed: its value is still text. */
export interface Variant {
  name: string;
  text: string;
}

/** Stored variants → rows of a form. */
export function toRows(variants: Json, valueType: string): Variant[] {
  const named = variants !== null && typeof variants === 'object' && !Array.isArray(variants) ? variants : {};
  return Object.entries(named).map(([name, value]) => ({
    name,
    text: typedText(value, valueType),
  }));
}

/** Rows of a form → variants, or the sentences that say what is wrong. */
export function variantsSchema(valueType: string, isImported = false) {
  const [least, counted] = isImported ? [1, '1 to 100 variants'] : [2, '2 to 100 variants'];
  return z
    .array(z.object({ name: z.string().min(1, 'each variant needs a name'), text: z.string() }))
    .min(least, counted)
    .max(100, counted)
    .refine((rows) => new Set(rows.map(({ name }) => name)).size === rows.length, 'two variants have the same name')
    .transform((rows, check) => {
      const values = rows.map(({ name, text }): [string, Json | undefined] => [
        name,
        parseTyped(text, valueType, isImported),
      ]);
      for (const [name, value] of values) {
        if (value === undefined)
          check.addIssue({ code: 'custom', message: `the value of ${name} is not of type ${valueType}` });
      }
      return Object.fromEntries(values) as Record<string, Json>;
    });
}

export function startRows(valueType: string): Variant[] {
  if (valueType === 'boolean') return toRows({ on: true, off: false }, valueType);
  return [
    { name: 'a', text: '' },
    { name: 'b', text: '' },
  ];
}
