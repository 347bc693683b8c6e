import { expect, test } from 'vitest';
import { readComposeFile, readRootFile } from './compose-file.ts';

const compose = readComposeFile('docker-compose.yml');
const services = Object.entries(compose.services).map(([name, service]) => ({ name, ...service }));
const jobs = ['migrate', 'demo'];

test('has the parts of a whole installation', () => {
  expect(Object.keys(compose.services)).toEqual(
    expect.arrayContaining(['postgres', 'migrate', 'hasura', 'api', 'worker', 'shop']),
  );
});

test('the database is migrated before anything uses it', () => {
  expect(compose.services.migrate?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  for (const name of ['api', 'worker', 'hasura']) {
    expect(compose.services[name]?.depends_on?.migrate, name).toEqual({
      condition: 'service_completed_successfully',
    });
  }
});

test('Hasura is the official image unless another is named openly', () => {
  expect(compose.services.hasura?.image).toMatch(/^\$\{HASURA_IMAGE:-hasura\/graphql-engine:v2\.\d+\.\d+/);
});

test.each(services)('$name keeps every secret in a file', ({ environment = {}, secrets = [] }) => {
  const open = Object.keys(environment).filter((name) => /(PASSWORD|_KEY|TOKEN|ADMIN_SECRET|DATABASE_URL)$/.test(name));
  expect(open).toEqual([]);
  for (const value of Object.values(environment).filter((value) => value.startsWith('/run/secrets/'))) {
    expect(secrets).toContain(value.replace('/run/secrets/', ''));
  }
  for (const secret of secrets) expect(compose.secrets[secret]?.file).toBe(`./secrets/${secret}`);
});

test('every secret of the file is made by the tool, and none is kept in the repository', () => {
  const tool = readRootFile('tools/secrets.ts');
  for (const name of Object.keys(compose.secrets)) expect(tool).toContain(`'${name}'`);
  expect(readRootFile('.gitignore').split('\n')).toContain('secrets/');
});

test.each(services)('$name has a health check, or ends', ({ name, healthcheck, build }) => {
  if (jobs.includes(name)) expect(healthcheck).toEqual({ disable: true });
  else expect(build !== undefined || healthcheck?.test?.[0] === 'CMD').toBe(true); // ours is in the image
});

test.each(services)('$name listens on the loopback address only, or not at all', ({ ports = [] }) => {
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});
