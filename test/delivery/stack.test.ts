import { expect, test } from 'vitest';
import { milliseconds, readComposeFile, readRootFile } from './compose-file.ts';

const stack = readComposeFile('stack.yml');
const services = Object.entries(stack.services).map(([name, service]) => ({ name, ...service }));
/** How often the edge looks for tasks; the edge is a stack of its own. */
const edgeRefreshMs = 2_000;

test.each(services)('$name starts its new task first and rolls back by itself', ({ deploy }) => {
  expect(deploy?.update_config).toMatchObject({
    order: 'start-first',
    parallelism: 1,
    failure_action: 'rollback',
    max_failure_ratio: 0,
  });
  expect(deploy?.rollback_config).toMatchObject({ order: 'start-first', failure_action: 'pause' });
  expect(milliseconds(String(deploy?.update_config.monitor))).toBeGreaterThanOrEqual(10_000);
  expect(milliseconds(String(deploy?.update_config.delay))).toBeGreaterThanOrEqual(edgeRefreshMs);
});

test.each(services)('$name is found by the addresses of its tasks, never by a virtual one', ({ deploy, ports }) => {
  expect(deploy?.endpoint_mode).toBe('dnsrr');
  expect(ports ?? []).toEqual([]); // the edge alone has ports
});

test.each(services)('$name has two tasks, limits, a restart policy and a health check without a shell', (service) => {
  expect(service.deploy?.replicas).toBeGreaterThanOrEqual(2);
  expect(service.deploy?.resources.limits).toMatchObject({ cpus: expect.any(String), memory: expect.any(String) });
  expect(service.deploy?.restart_policy).toMatchObject({ condition: 'any' });
  expect(service.healthcheck?.test?.[0]).toBe('CMD');
});

test.each(services)('$name runs a version that is named, never the latest', ({ image }) => {
  expect(image).toMatch(/:\$\{VERSION\}$/);
});

test.each(services)('$name reads every secret from a file', ({ environment = {}, secrets = [] }) => {
  const names = Object.keys(environment);
  expect(names.filter((name) => /URL$|KEY$|PASSWORD$|TOKEN$/.test(name) && name !== 'BURGEE_PUBLIC_URL')).toEqual([]);
  for (const [name, value] of Object.entries(environment).filter(([name]) => name.endsWith('_FILE'))) {
    expect(secrets, name).toContain(value.replace('/run/secrets/', ''));
  }
});

test('a secret is named after its content, so that a new one is an ordinary update', () => {
  for (const [key, { name }] of Object.entries(stack.secrets)) {
    expect(name).toBe(`\${STACK}_${key}_\${${key.toUpperCase()}_SHA8}`);
  }
});

test('the api drains longer than the edge needs to notice, and is given the time for it', () => {
  const { environment, stop_grace_period: grace = '10s' } = stack.services.api!;
  const drainMs = Number(environment?.BURGEE_DRAIN_MS);
  expect(drainMs).toBeGreaterThanOrEqual(edgeRefreshMs + 1_000);
  expect(milliseconds(grace)).toBeGreaterThan(drainMs);
});

test('the edge asks for readiness every second, and asks again only for decisions', () => {
  const labels = stack.services.api?.deploy?.labels ?? [];
  const labelled = (suffix: string) =>
    labels
      .find((label) => label.split('=', 1)[0]?.endsWith(suffix))
      ?.split('=')
      .slice(1)
      .join('=');
  expect(labelled('healthcheck.path')).toBe('/readyz');
  expect(labelled('healthcheck.interval')).toBe('1s');
  expect(labelled('passivehealthcheck.maxfailedattempts')).toBe('1');
  expect(labelled('-decide.rule')).not.toContain('graphql');
  const retried = labels.filter((label) => label.includes('.middlewares='));
  expect(retried).toHaveLength(1);
  expect(retried[0]).toContain('-decide.middlewares=');
  expect(labels.join('\n')).not.toContain('lbswarm');
});

test('depends on nothing that Swarm ignores', () => {
  expect(readRootFile('stack.yml')).not.toMatch(/^\s*(depends_on|version|container_name|restart):/m);
});
