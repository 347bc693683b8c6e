import { expect, test } from 'vitest';
import { readComposeFile, readRootFile } from './compose-file.ts';

const text = readRootFile('Dockerfile');
/** Instructions with their continued lines joined. */
const instructions = text
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line));

/** Instructions of a stage and of those it builds upon. */
function stage(name: string): string[] {
  const begin = instructions.findIndex((line) => line.startsWith('FROM ') && line.endsWith(` AS ${name}`));
  if (begin === -1) return [];
  const length = instructions.slice(begin + 1).findIndex((line) => line.startsWith('FROM '));
  const own = instructions.slice(begin, length === -1 ? undefined : begin + 1 + length);
  return [...stage(own[0]?.split(' ')[1] ?? ''), ...own];
}

const targets = ['api', 'worker', 'relay', 'shop'];

test.each(targets)('%s runs as an ordinary user with a fixed number', (target) => {
  expect(stage(target).findLast((line) => line.startsWith('USER '))).toBe('USER 10001:10001');
});

test.each(targets)('%s is its own first process, which hears SIGTERM', (target) => {
  const command = stage(target).findLast((line) => line.startsWith('CMD ')) ?? '';
  expect(JSON.parse(command.slice('CMD '.length))[0]).toBe('node');
});

test.each(targets)('%s asks for its health without a shell', (target) => {
  const check = stage(target).findLast((line) => line.startsWith('HEALTHCHECK ')) ?? '';
  expect(check).toMatch(
    /--interval=2s --timeout=2s --start-period=10s --start-interval=500ms --retries=3\s+CMD \["node"/,
  );
});

test.each(targets)('%s carries nothing of the build', (target) => {
  const parents = stage(target).filter((line) => line.startsWith('FROM '));
  expect(parents.some((line) => line.endsWith(' AS build'))).toBe(false);
});

test('every builder understands it, without fetching a front end', () => {
  expect(text).not.toMatch(/^#\s*syntax/m);
  expect(text).not.toContain('RUN --mount');
});

test('starts only from the official Node image, by a named version', () => {
  const stages = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[3]);
  const images = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1] ?? '');
  expect(images.filter((image) => !stages.includes(image))).toEqual(['node:24-bookworm-slim', 'node:24-bookworm-slim']);
});

test('brings pnpm by npm, in the version of the workspace', () => {
  const { packageManager } = JSON.parse(readRootFile('package.json')) as { packageManager: string };
  expect(text).toContain(`npm install --global ${packageManager}`);
  expect(text).not.toContain('corepack');
});

test('docker-compose.yml builds only stages that there are', () => {
  for (const { build } of Object.values(readComposeFile('docker-compose.yml').services)) {
    if (build !== undefined) expect(targets).toContain(build.target);
  }
});
