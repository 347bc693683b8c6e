import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Served, serve } from './served.ts';
import { built, run } from './toolchain.ts';

/** Generated questions for each operation, beside those that try out every corner of a schema once. */
const examples = Number(process.env.BURGEE_OPENAPI_EXAMPLES ?? 25);
const seed = process.env.BURGEE_OPENAPI_SEED ?? '20261121';

const schemathesis = await built({
  folder: 'schemathesis',
  needs: ['python3'],
  build: [
    ['python3', '-m', 'venv', 'venv'],
    ['nice', '-n', '10', 'venv/bin/python', '-m', 'pip', 'install', '-q', '-r', 'requirements.txt'],
  ],
});

let served: Served;
let folder: string;
beforeAll(async () => {
  served = await serve();
  folder = await mkdtemp(join(tmpdir(), 'burgee-openapi-'));
});
afterAll(async () => {
  await served.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Document {
  readonly paths: Record<string, { post: { parameters: { schema: object }[] } }>;
  readonly components: { readonly schemas: Record<string, { properties?: Record<string, object> }> };
}

/** The document as it is served, with the keys of flags that are there and an hour that is not long ago: no schema can know them. */
async function documentWith(keys: readonly string[]): Promise<string> {
  const document = (await (await fetch(`${served.url}/openapi.json`)).json()) as Document;
  const [key] = document.paths['/ofrep/v1/evaluate/flags/{key}']?.post.parameters ?? [];
  if (key === undefined) throw new Error('the document does not say what a key is');
  key.schema = { anyOf: [{ enum: keys }, key.schema] };
  Object.assign(document.components.schemas.exposureCount?.properties ?? {}, {
    hour: { const: new Date().toISOString() },
  });
  const file = join(folder, 'openapi.json');
  await writeFile(file, JSON.stringify(document));
  return file;
}

test.skipIf(schemathesis === undefined)(
  'every answer to generated requests, good and bad, is one that the OpenAPI document announces',
  async () => {
    const tool = join(schemathesis ?? '', 'venv/bin/python');
    const file = await documentWith(served.flagKeys);
    const { code, output, errors } = await run(
      [
        ...['nice', '-n', '10', tool, '-m', 'schemathesis.cli', '--config-file', 'schemathesis.toml'],
        ...['run', file, '--url', served.url, '--max-examples', String(examples), '--seed', seed],
        ...['--header', `Authorization: Bearer ${served.keys.server}`, '--generation-database', 'none', '--no-color'],
      ],
      { cwd: schemathesis ?? '', withinMs: runWithinMs },
    );
    const said = `${output}\n${errors}`;
    process.stderr.write(`${/Test cases:\n.*\n/.exec(output)?.[0] ?? ''}`);
    expect(code, said.slice(-20_000)).toBe(0);
    expect(said).toMatch(/Test cases:\s*\n\s*[\d,]+ generated, [\d,]+ passed/);
  },
  3_600_000,
);

const runWithinMs = 3_600_000;
