/**
 * Who may import whom. The name of a rule is the message that people read.
 * Paths are relative to the root; packages resolve to their sources by the condition `@burgee/source`.
 */

const peers = ['vue', 'nest', 'openfeature'];
const frameworks = '(@nestjs/.*|vue|@vue/.*|pinia|vue-router|@nuxt/.*|fastify|@fastify/.*|mercurius|graphql)';
const npm = (pattern) => `node_modules/${pattern}(/|$)`;
const builtIns = { dependencyTypes: ['core'] };
const tests = '[.](test|support)[.]ts$|/testing/|[.]config[.]ts$|/scripts/';

const never = (name, from, to) => ({
  name,
  severity: 'error',
  from: { pathNot: tests, ...(typeof from === 'string' ? { path: from } : from) },
  to: typeof to === 'string' ? { path: to } : to,
});

/** Everything of the workspace that is not in one of these packages. */
const workspaceBut = (...allowed) => ({
  path: '^(services|sdks|examples|test|tools)/',
  pathNot: allowed.map((one) => (one.endsWith('$') ? `^${one}` : `^${one}/`)),
});

/** Files of the api that may touch Nest, Postgres and Node. */
const shell = [
  '[.](module|controller|resolver|guard|filter|listener|store|job|sql|graphql)[.]ts$',
  '/(main|config|postgres|index)[.]ts$',
];

module.exports = {
  forbidden: [
    never(
      'no package imports itself in a circle',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    never(
      'every import resolves to something installed',
      {},
      { couldNotResolve: true, pathNot: '^(#build/|virtual:|vitest$)' },
    ),

    never(
      'the evaluator imports no other package of the workspace',
      '^sdks/evaluator/',
      workspaceBut('sdks/evaluator'),
    ),
    never('the evaluator never touches Node', '^sdks/evaluator/src/', builtIns),
    never(
      'the evaluator’s main entry imports nothing but itself',
      {
        path: '^sdks/evaluator/src/',
        pathNot: [tests, '^sdks/evaluator/src/(full|regex|unleash|growthbook|flagd)[a-z0-9-]*([.]ts|/)'],
      },
      { path: 'node_modules' },
    ),
    never(
      'the evaluator’s own entries are not part of its main entry',
      {
        path: '^sdks/evaluator/src/',
        pathNot: [tests, '^sdks/evaluator/src/(full|regex|unleash|growthbook|flagd)[a-z0-9-]*([.]ts|/)'],
      },
      '^sdks/evaluator/src/(full|regex|unleash|growthbook|flagd)[a-z0-9-]*([.]ts|/)',
    ),

    never('the client imports only the evaluator', '^sdks/client/', workspaceBut('sdks/client', 'sdks/evaluator')),
    never('importers import only the evaluator', '^sdks/importers/', workspaceBut('sdks/importers', 'sdks/evaluator')),
    never('client and importers know no framework', '^sdks/(client|importers)/', npm(frameworks)),
    never('importers use no network', '^sdks/importers/', {
      dependencyTypes: ['core'],
      path: '^(node:)?(net|http|https|http2|tls|dgram)$',
    }),
    never(
      'the browser’s client never touches Node',
      {
        path: '^sdks/client/src/',
        pathNot: [
          tests,
          '^sdks/client/src/(server|server-client)[.]ts$',
          '^sdks/client/src/sources/file[.]ts$',
          '^sdks/client/src/node/',
        ],
      },
      builtIns,
    ),

    ...peers.map((one) =>
      never(
        `${one} imports only the client`,
        `^sdks/${one}/`,
        workspaceBut(`sdks/${one}`, 'sdks/client', 'sdks/evaluator'),
      ),
    ),
    never('vue never touches Node', '^sdks/vue/src/', builtIns),
    never('vue knows no Nest', '^sdks/vue/', npm('@nestjs/.*')),
    never('nest knows no Vue', '^sdks/nest/', npm('(vue|@vue/.*|pinia)')),

    never('migrations import no other package of the workspace', '^sdks/migrations/', workspaceBut('sdks/migrations')),
    never('migrations know no framework', '^sdks/migrations/', npm(frameworks)),
    never(
      'the cli imports client, evaluator, importers and migrations, never a service',
      '^sdks/cli/',
      workspaceBut('sdks/cli', 'sdks/client', 'sdks/evaluator', 'sdks/importers', 'sdks/migrations'),
    ),

    never(
      'the api imports evaluator, client and migrations, no other SDK and no other service',
      '^services/api/',
      workspaceBut('services/api', 'sdks/evaluator', 'sdks/client', 'sdks/migrations'),
    ),
    never(
      'the admin imports the vue SDK, the evaluator and importers, never the api',
      '^services/admin/',
      workspaceBut('services/admin', 'sdks/vue', 'sdks/evaluator', 'sdks/importers'),
    ),
    never('the admin never touches Node', '^services/admin/src/', builtIns),
    never('the admin knows no Nest and no Postgres', '^services/admin/', npm('(@nestjs/.*|pg|kysely|fastify)')),
    never(
      'standalone imports the public entries of api, admin and migrations, never their insides',
      '^services/standalone/',
      workspaceBut('services/standalone', 'services/api/src/index[.]ts$', 'sdks/migrations/src/(index|embedded)[.]ts$'),
    ),
    never('examples import only SDKs', '^examples/', workspaceBut('examples', 'sdks/(vue|nest|client|evaluator)')),
    never(
      'tests of the whole import public entries, never the inside of a package',
      { path: '^test/', pathNot: [] },
      {
        path: '^(services|sdks|examples)/.*/src/',
        pathNot: [
          '^(services|sdks|examples)/.*/src/(index|server|embedded|regex)[.]ts$',
          '^sdks/evaluator/src/(unleash|growthbook|flagd)[a-z0-9-]*[.]ts$',
        ],
      },
    ),
    never(
      'only tests import what is for tests',
      { path: '^(services|sdks|examples)/' },
      '^test/|[.](test|support)[.]ts$|node_modules/(vitest|fast-check|@nestjs/testing|playwright-core|testcontainers)/',
    ),

    {
      name: 'features of the api meet only at ruleset/, access/ and traffic/',
      severity: 'error',
      from: { path: '^services/api/src/([^/]+)/', pathNot: tests },
      to: {
        path: '^services/api/src/[^/]+/',
        // the types of one schema name each other
        pathNot: ['^services/api/src/$1/', '^services/api/src/(ruleset|access|traffic|graphql)/', '[.]graphql[.]ts$'],
      },
    },
    never(
      'a core file of the api imports only core and the evaluator',
      { path: '^services/api/src/', pathNot: [tests, ...shell] },
      {
        path: npm('(@nestjs/.*|fastify|@fastify/.*|mercurius|pg|pg-boss|kysely|pino|rxjs)'),
        dependencyTypesNot: ['type-only'],
      },
    ),
    never(
      'only .sql and .listener files and main open Postgres',
      {
        path: '^services/api/src/',
        pathNot: [tests, '[.](sql|listener|job)[.]ts$', '^services/api/src/(main|postgres|platform[.]module)[.]ts$'],
      },
      { path: npm('(pg|pg-boss)'), dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|[.]vite|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@burgee/source', 'import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.vue', '.json', '.d.ts'],
    },
  },
};
