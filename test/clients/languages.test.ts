import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedOf, type Question, questions } from './questions.ts';
import { patiently, type Served, serve } from './served.ts';
import { built, type Program } from './toolchain.ts';

interface Language extends Program {
  readonly command: (folder: string) => readonly string[];
}

const nice = ['nice', '-n', '10'] as const;
const languages: readonly Language[] = [
  {
    folder: 'python',
    needs: ['python3'],
    build: [
      ['python3', '-m', 'venv', 'venv'],
      [...nice, 'venv/bin/python', '-m', 'pip', 'install', '-q', '-r', 'requirements.txt'],
    ],
    command: (folder) => [join(folder, 'venv/bin/python'), join(folder, 'ask.py')],
  },
  {
    folder: 'go',
    needs: ['go'],
    build: [[...nice, 'go', 'build', '-o', 'ask', '.']],
    command: (folder) => [join(folder, 'ask')],
  },
  {
    folder: 'java',
    needs: ['mvn', 'javac'],
    build: [
      [
        ...nice,
        'mvn',
        '-q',
        '-B',
        '-Dmaven.repo.local=repository',
        'dependency:copy-dependencies',
        '-DoutputDirectory=lib',
      ],
      [...nice, 'javac', '-encoding', 'UTF-8', '-cp', 'lib/*', '-d', 'classes', 'Ask.java'],
      ['rm', '-r', 'repository'],
    ],
    command: (folder) => ['java', '-cp', `${join(folder, 'classes')}:${join(folder, 'lib/*')}`, 'Ask'],
  },
  {
    folder: 'rust',
    needs: ['cargo'],
    build: [
      [...nice, 'cargo', 'build', '--quiet'],
      ['mv', 'target/debug/ask', 'ask'],
      ['rm', '-r', 'target'],
    ],
    isLong: true,
    command: (folder) => [join(folder, 'ask')],
  },
];

let served: Served;
beforeAll(async () => {
  served = await serve();
});
afterAll(() => served.stop());

for (const language of languages) {
  const folder = await built(language);
  describe.skipIf(folder === undefined)(`the official ${language.folder} client`, () => {
    const start = (key: string) => startProgram([...language.command(folder ?? ''), served.url, key]);
    let program: Asked;
    beforeAll(() => {
      program = start(served.keys.server);
    });
    afterAll(() => program.end());

    test.each(questions)('is answered about $ask', async (question) => {
      expect(await program.ask(question)).toMatchObject(expectedOf(question, language.folder));
    });

    test('sees a change with its next question', async () => {
      const banner = { flag: 'banner', type: 'string', default: '' } as const;
      await served.set('banner', { default_serve: 'loud' });
      await expect.poll(() => program.ask(banner), patiently).toMatchObject({ value: 'HELLO!', variant: 'loud' });
      await served.set('banner', { default_serve: 'plain' });
      await expect.poll(() => program.ask(banner), patiently).toMatchObject({ value: 'Hello', variant: 'plain' });
    });

    test('falls back to the code with a key that is unknown', async () => {
      const stranger = start(`${served.keys.server.slice(0, -1)}~`);
      const answer = await stranger.ask({ flag: 'checkout', type: 'boolean', default: false });
      await stranger.end();
      expect(answer).toMatchObject({ value: false, reason: 'ERROR', error: expect.stringMatching(/^(GENERAL|auth)/) });
    });
  });
}

interface Asked {
  ask(question: Pick<Question, 'flag' | 'type' | 'default' | 'context'>): Promise<object>;
  end(): Promise<void>;
}

/** A program that answers each line with a line. */
function startProgram([command = '', ...args]: readonly string[]): Asked {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('error', () => undefined);
  child.stdin.on('error', () => undefined); // told below, with what it said
  return {
    ask: async ({ flag, type, default: code, context = {} }) => {
      child.stdin.write(`${JSON.stringify({ flag, type, default: code, context })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program ended: ${errors.slice(-2000)}`);
      return JSON.parse(value) as object;
    },
    end: () => {
      child.stdin.end();
      return ended;
    },
  };
}
