import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from './program.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'burgee-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly env?: Record<string, string>;
  readonly stdin?: readonly Uint8Array[];
}

async function burgee(args: readonly string[], { env = {}, stdin = [] }: Run = {}) {
  const written = { out: '', err: '' };
  const code = await run(args, {
    env,
    cwd: folder,
    stdin: (async function* () {
      yield* stdin;
    })(),
    print: (text) => (written.out += `${text}\n`),
    complain: (text) => (written.err += `${text}\n`),
  });
  return { code, ...written };
}

function file(name: string, content: string | Uint8Array | object): string {
  const isRaw = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(path.join(folder, name), isRaw ? content : JSON.stringify(content));
  return name;
}

const flagd = {
  flags: {
    welcome: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' },
    colour: { state: 'ENABLED', variants: { red: '#f00', blue: '#00f' }, defaultVariant: 'red' },
  },
};
const feature = (name: string, more: object = {}) => ({
  name,
  enabled: true,
  strategies: [{ name: 'default' }],
  ...more,
});

test.each([
  ['an empty file', '', /x\.json is empty/],
  ['a zip archive', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), /is a zip archive, not text\n {2}Unpack it first/],
  ['a gzip archive', Uint8Array.of(0x1f, 0x8b, 8, 0), /is a gzip archive/],
  ['a binary file', Uint8Array.of(1, 2, 0, 3), /is a binary file/],
  ['another encoding', Uint8Array.of(0x22, 0xe6, 0x22), /is not UTF-8 text/],
  ['no JSON', '{"features": [', /is not what unleash exports: not JSON/],
  ['another document', '{"hello": "world"}', /is not what unleash exports/],
  ['a list', '[1]', /is not what unleash exports/],
])('%s is a mistake of usage, in one sentence', async (_name, content, sentence) => {
  const { code, out, err } = await burgee(['import', 'unleash', file('x.json', content), '--dry-run']);
  expect(err).toMatch(/^UNREADABLE_FILE: /);
  expect(err).toMatch(sentence);
  expect([code, out]).toEqual([2, '']);
});

test('takes at most 20 MB, also from standard input', async () => {
  const chunk = new Uint8Array(1024 * 1024).fill(0x20);
  const { code, err } = await burgee(['import', 'flagd', '-', '--dry-run'], {
    stdin: Array.from({ length: 21 }, () => chunk),
  });
  expect([code, err]).toEqual([2, expect.stringContaining('FILE_TOO_LARGE: standard input has more than 20 MB')]);
});

test('says what becomes what, without a server', async () => {
  const { code, out, err } = await burgee(['import', 'flagd', file('flags.json', flagd), '--dry-run']);
  expect(out).toContain('flags.json: 2 flags and 0 segments, deciding as flagd-2 does.');
  expect(out).toMatch(/welcome\s+release\s+boolean\s+on\s+as it came\s+on off/);
  expect([code, err]).toEqual([0, '']);
});

test('reads standard input, and a file with a byte order mark', async () => {
  const text = `\uFEFF${JSON.stringify({ features: [feature('a')] })}`;
  const { code, out } = await burgee(['import', 'unleash', '-', '--dry-run'], {
    stdin: [new TextEncoder().encode(text)],
  });
  expect([code, out]).toEqual([0, expect.stringContaining('standard input: 1 flag and')]);
});

test('opens what GrowthBook encrypts with its key, and says when it does not open', async () => {
  const encryptedFeatures = await encrypted(
    JSON.stringify({ feature1: { defaultValue: true } }),
    'Ns04T5n9+59rl2x3SlNHtQ==',
  );
  const name = file('closed.json', { encryptedFeatures });
  const open = (key: string) =>
    burgee(['import', 'growthbook', name, '--dry-run'], { env: { GROWTHBOOK_DECRYPTION_KEY: key } });
  expect(await open('Ns04T5n9+59rl2x3SlNHtQ==')).toMatchObject({ code: 0, out: expect.stringContaining('feature1') });
  expect(await open('AAAAT5n9+59rl2x3SlNHtQ==')).toMatchObject({
    code: 2,
    err: expect.stringContaining('does not open with GROWTHBOOK_DECRYPTION_KEY'),
  });
  expect((await burgee(['import', 'growthbook', name, '--dry-run'])).out).toContain('encrypted');
});

async function encrypted(text: string, key: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const closer = await crypto.subtle.importKey('raw', Buffer.from(key, 'base64'), 'AES-CBC', false, ['encrypt']);
  const data = await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, closer, new TextEncoder().encode(text));
  return `${Buffer.from(iv).toString('base64')}.${Buffer.from(data).toString('base64')}`;
}

test('tells everything to programs', async () => {
  const { out } = await burgee(['import', 'flagd', file('flags.json', flagd), '--dry-run', '--json']);
  expect(JSON.parse(out)).toMatchObject({
    format: 'flagd',
    reference: 'flagd-2',
    flags: [{ flag: { key: 'welcome' } }, { flag: { key: 'colour' } }],
    refused: [],
    proof: null,
    server: null,
  });
});

test('control characters of the file never reach the terminal', async () => {
  const name = file('evil.json', { flags: { 'a\u001b[2J': flagd.flags.welcome } });
  const { out, err } = await burgee(['import', 'flagd', name, '--dry-run']);
  expect(out + err).not.toContain('\u001b');
});

test('what cannot be carried over is named, and nothing is sent', async () => {
  const name = file('some.json', { features: [feature('fine'), feature('not/fine')] });
  const { server, asked } = await listen(() => ({ data: {} }));
  const { code, out, err } = await burgee(
    ['import', 'unleash', name, '-e', 'staging', '--project', 'shop'],
    envOf(server),
  );
  server.close();
  expect(out).toMatch(/Cannot be carried over:\n {2}not\/fine/);
  expect(err).toBe(
    'NOT_ALL_CARRIED_OVER: 1 flag cannot be carried over; nothing was written\n  Give --skip-refused to carry over the others.\n',
  );
  expect([code, asked]).toEqual([1, []]);
});

test('with --skip-refused the others are sent, and the exit code still tells', async () => {
  const name = file('some.json', { features: [feature('fine'), feature('not/fine')] });
  const importFlags = { written: true, created: ['fine'], updated: [], segments: [], problems: [] };
  const { server, asked } = await listen(() => ({ data: { importFlags } }));
  const args = [
    'import',
    'unleash',
    name,
    '-e',
    'staging',
    '--project',
    'shop',
    '--skip-refused',
    '--reason',
    'moving',
  ];
  const { code, out, err } = await burgee(args, envOf(server));
  server.close();
  expect(asked).toMatchObject([
    {
      path: '/graphql/import',
      input: {
        project: 'shop',
        environment: 'staging',
        format: 'unleash',
        reference: 'unleash',
        flags: [{ flag: { key: 'fine', semantics: 'unleash' }, kind: 'release' }],
        dryRun: false,
        reason: 'moving',
      },
    },
  ]);
  expect(out).toContain('Carried over into staging: 1 new flag.');
  expect([code, err]).toEqual([
    1,
    'NOT_ALL_CARRIED_OVER: 1 flag cannot be carried over; the others were carried over\n',
  ]);
});

test('the environment is asked for before anything is sent', async () => {
  const { code, err } = await burgee(['import', 'flagd', file('flags.json', flagd)]);
  expect([code, err]).toEqual([2, expect.stringContaining('WHICH_ENVIRONMENT')]);
});

test('a dry run with an environment asks the server, and names what it would refuse', async () => {
  const problems = [{ key: 'welcome', path: 'key', message: 'there is a flag welcome already' }];
  const importFlags = { written: false, created: [], updated: [], segments: [], problems };
  const { server, asked } = await listen(() => ({ data: { importFlags } }));
  const args = ['import', 'flagd', file('flags.json', flagd), '--dry-run', '-e', 'staging', '--project', 'shop'];
  const { code, err } = await burgee(args, envOf(server));
  server.close();
  expect(asked).toMatchObject([{ input: { dryRun: true } }]);
  expect(err).toContain('welcome (key): there is a flag welcome already');
  expect(code).toBe(1);
});

test('a refusal of the server is told with all its problems', async () => {
  const extensions = {
    code: 'IMPORT_REFUSED',
    fix: 'Mend them.',
    problems: [
      { key: 'welcome', path: 'key', message: 'there is a flag welcome already', code: 'KEY_EXISTS' },
      { key: 'colour', path: '', message: 'no', code: 'INVALID_FLAG' },
    ],
  };
  const { server } = await listen(() => ({ data: null, errors: [{ message: 'nothing was imported', extensions }] }));
  const args = ['import', 'flagd', file('flags.json', flagd), '-e', 'staging', '--project', 'shop'];
  const { code, err } = await burgee(args, envOf(server));
  server.close();
  expect([code, err]).toEqual([
    4,
    'IMPORT_REFUSED: nothing was imported\n  welcome: key: there is a flag welcome already\n  colour: no\n  Mend them.\n',
  ]);
});

test('a server that does not answer is exit code 3', async () => {
  const args = ['import', 'flagd', file('flags.json', flagd), '-e', 'staging', '--project', 'shop'];
  const { code, err } = await burgee(args, { env: { BURGEE_URL: 'http://127.0.0.1:1', BURGEE_TOKEN: 'bgp_x' } });
  expect([code, err]).toEqual([3, expect.stringContaining('UNREACHABLE')]);
});

interface Asked {
  readonly path: string | undefined;
  readonly input: unknown;
}

function listen(answer: () => object): Promise<{ server: Server; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      asked.push({ path: request.url, input: JSON.parse(body).variables.input });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer()));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ server, asked })));
}

function envOf(server: Server): Run {
  const { port } = server.address() as { port: number };
  return { env: { BURGEE_URL: `http://127.0.0.1:${port}`, BURGEE_TOKEN: 'bgp_x' } };
}
