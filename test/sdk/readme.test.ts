import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** What a reader has around the snippets. */
const around: Readonly<Record<string, string>> = {
  evaluator: '',
  client: `
    import { createServerClient } from '@burgee/client/server';
    declare function showNewCheckout(): void;
    declare function draw(text: string): void;`,
  vue: `
    import { createPinia } from 'pinia';
    import { mount } from '@vue/test-utils';
    import { type Component, createApp } from 'vue';
    import { createBurgee, useFlag } from '@burgee/vue';
    import type { ServerClient } from '@burgee/client/server';
    declare const App: Component, Page: Component, session: { userId: string }, props: { page: string };
    declare const serverClient: ServerClient, targetingKey: string, url: string, key: string, context: { targetingKey: string };`,
  nest: `
    import { Controller, Get, Module, UseGuards } from '@nestjs/common';
    import { Args, Mutation, Resolver } from '@nestjs/graphql';
    import { Test } from '@nestjs/testing';
    import { Burgee, BurgeeModule, FlagValue, requestOf, RequireFlag, staticFlags } from '@burgee/nest';
    declare const url: string, key: string;
    interface User { id: string; plan: string }
    declare class PlaceOrderInput { lines: string[] }
    declare class OldCheckout { place(lines: string[]): PlacedOrder }
    declare class NewCheckout { place(lines: string[]): PlacedOrder }
    declare class PlacedOrder {}
    declare class Order {}
    declare class SignedInGuard { canActivate(): boolean }
    interface Checkout { place(lines: string[]): PlacedOrder }`,
};

test.each(Object.keys(around))('the snippets of the README of %s compile', { timeout: 120_000 }, (name) => {
  const folder = join(root, 'sdks', name);
  const snippets = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/```(?:ts|vue)\n(.*?)```/gs)].map(
    (match) => match[1] ?? '',
  );
  expect(snippets.length).toBeGreaterThan(2);
  mkdirSync(join(folder, 'node_modules/.cache'), { recursive: true });
  const work = mkdtempSync(join(folder, 'node_modules/.cache/readme-'));
  try {
    for (const [at, snippet] of snippets.entries()) {
      // what declares types for a whole program gets one of its own
      const program = join(work, snippet.includes('declare module') ? `own-${at}` : 'together');
      mkdirSync(program, { recursive: true });
      writeFileSync(join(program, `snippet-${at}.ts`), moduleOf(snippet, around[name] ?? ''));
      writeFileSync(join(program, 'tsconfig.json'), JSON.stringify(configFor(name)));
    }
    expect(typeErrors(work)).toEqual([]);
  } finally {
    rmSync(work, { recursive: true });
  }
});

/** A snippet's own imports win over those around it. */
function moduleOf(snippet: string, prelude: string): string {
  const script = /<script[^>]*>\n(.*?)<\/script>/s.exec(snippet)?.[1] ?? snippet;
  const own = new Set(
    [...script.matchAll(/import \{([^}]*)\}/g)].flatMap((match) =>
      (match[1] ?? '').split(',').map((word) => word.trim()),
    ),
  );
  const withoutOwn = prelude.replace(/import (type )?\{([^}]*)\}/g, (_, type: string | undefined, names: string) => {
    const kept = names
      .split(',')
      .map((word) => word.trim())
      .filter((word) => !own.has(word));
    return `import ${type ?? ''}{ ${kept.join(', ')} }`;
  });
  const isLoneDecorator = /^@/.test(script) && !/class /.test(script);
  return `${withoutOwn}\n${isLoneDecorator ? `class Holder {\n${script}\nhold(): void {}\n}` : script}\nexport {};\n`;
}

function configFor(name: string): object {
  const decorators = {
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    erasableSyntaxOnly: false,
    verbatimModuleSyntax: false,
  };
  return {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: {
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      lib: ['es2024', 'dom', 'dom.iterable'],
      ...(name === 'nest' ? decorators : {}),
    },
    include: ['*.ts'],
  };
}

function typeErrors(work: string): string[] {
  return readdirSync(work).flatMap((program) => {
    try {
      execFileSync(process.execPath, [tsc, '-p', join(work, program)], { encoding: 'utf8' });
      return [];
    } catch (error) {
      return (error as { stdout: string }).stdout.trim().split('\n');
    }
  });
}
