import type { Imported } from '@burgee/importers';
import { ask, projectOf } from './graphql.ts';
import type { Shell } from './shell.ts';

/** What the server did, or would do. */
export interface Sent {
  readonly written: boolean;
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly segments: readonly string[];
  readonly problems: readonly { readonly key: string; readonly path: string; readonly message: string }[];
}

interface Destination {
  readonly environment: string;
  readonly project?: string;
  readonly dryRun?: boolean;
  readonly update?: boolean;
  readonly clientVisible?: boolean;
  readonly reason?: string;
}

/** Sends all that could be read in one request, which the server takes whole or not at all. */
export async function sendImport(shell: Shell, imported: Imported, destination: Destination): Promise<Sent> {
  const { environment, dryRun = false, update = false, clientVisible = false, reason } = destination;
  const { format, reference, flags, segments } = imported;
  const input = {
    project: await projectOf(shell, destination.project),
    environment,
    format,
    reference,
    flags: clientVisible ? flags.map((one) => ({ ...one, flag: { ...one.flag, clientVisible } })) : flags,
    segments,
    dryRun,
    update,
    ...(reason === undefined ? {} : { reason }),
  };
  const { importFlags } = await ask<{ importFlags: Sent }>(shell, mutation, { input }, roomy);
  return importFlags;
}

/** Ten thousand flags are large, and take their time. */
const roomy = { path: '/graphql/import', timeoutMs: 600_000 } as const;

const mutation = `
  mutation Import($input: ImportFlagsInput!) {
    importFlags(input: $input) { written created updated segments problems { key path message } }
  }`;
