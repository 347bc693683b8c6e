import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Code, catalogue } from './errors.ts';

const codes = Object.keys(catalogue) as Code[];

test.each(codes)('%s has a page that says what happened, why, and how to mend it', (code) => {
  const page = new URL(`../../../docs/errors/${code}.md`, import.meta.url);
  expect(existsSync(page)).toBe(true);
  const text = readFileSync(page, 'utf8');
  expect(text).toMatch(
    new RegExp(`^# ${code}\n\nHTTP ${catalogue[code].status}\\. .+\n\n## Why\n\n.+\n\n## How to mend it\n\n.+\n$`),
  );
});
