import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What the rules look at, of docker-compose.yml and stack.yml. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly name?: string; readonly file?: string }>>;
  readonly networks: Readonly<Record<string, unknown>>;
}

export interface Service {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly (string | { readonly mode?: string })[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly stop_grace_period?: string;
  readonly deploy?: Deploy;
}

export interface Deploy {
  readonly endpoint_mode: string;
  readonly replicas: number;
  readonly update_config: Readonly<Record<string, string | number>>;
  readonly rollback_config: Readonly<Record<string, string | number>>;
  readonly restart_policy: Readonly<Record<string, string>>;
  readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } };
  readonly labels?: readonly string[];
}

/** Reads a file at the root of the repository. */
export function readRootFile(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
}

export function readComposeFile(name: string): ComposeFile {
  return parse(readRootFile(name)) as ComposeFile;
}

/** `5s`, `500ms` or `2m` in milliseconds. */
export function milliseconds(duration: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m)$/.exec(duration) ?? [];
  return Number(amount) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
}
