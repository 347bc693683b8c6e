import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { throwawayDatabase } from '@burgee/test/support';
import { expect, test } from 'vitest';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

test('has types that are those of the live schema', async () => {
  const database = await throwawayDatabase();
  try {
    const command = 'node_modules/.bin/kysely-codegen';
    const options = ['--config-file', 'kysely-codegen.json', '--url', database.ownerUrl, '--verify'];
    const { stderr } = await promisify(execFile)(command, options, { cwd: packageFolder });
    expect(stderr).toBe('');
  } finally {
    await database.drop();
  }
});
