import { Inject } from '@nestjs/common';
import { Args, Resolver } from '@nestjs/graphql';
import { readEnvironmentId } from '../access/api-keys.sql.ts';
import type { MemberCredential } from '../access/credential.ts';
import { CurrentMember, MemberMutation } from '../access/needs.guard.ts';
import { readableProject } from '../access/projects.sql.ts';
import { BurgeeError } from '../errors.ts';
import { CLOCK, type Clock } from '../platform.module.ts';
import { Postgres } from '../postgres.ts';
import { rulesetLimits } from '../ruleset/raw-ruleset.ts';
import { RulesetStore } from '../ruleset/ruleset.store.ts';
import { ImportFlagsInput, type ImportProblem, ImportResult } from './imports.graphql.ts';
import { type Place, readKnown, writeImport } from './imports.sql.ts';
import { type ImportPlan, planImport } from './plan.ts';

/** Flags of another system, all of them or none. */
@Resolver()
export class ImportsResolver {
  readonly #postgres: Postgres;
  readonly #rulesets: RulesetStore;
  readonly #clock: Clock;

  constructor(
    @Inject(Postgres) postgres: Postgres,
    @Inject(RulesetStore) rulesets: RulesetStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#postgres = postgres;
    this.#rulesets = rulesets;
    this.#clock = clock;
  }

  @MemberMutation(() => ImportResult, {
    needs: { role: 'developer', production: 'product_owner' },
    does: 'Makes flags of what another system decided by, in one transaction: all of them or none.',
  })
  async importFlags(
    @CurrentMember() member: MemberCredential,
    @Args('input', { type: () => ImportFlagsInput }) input: ImportFlagsInput,
  ): Promise<ImportResult> {
    const { db } = this.#postgres;
    refuseTooMany(input);
    const project = await readableProject(db, member, { key: input.project, least: 'developer' });
    const environmentId = await readEnvironmentId(db, project.id, input.environment);
    const known = await readKnown(db, project.id, {
      flags: input.flags.flatMap(({ flag }) => keyOf(flag)),
      segments: input.segments.flatMap(({ segment }) => keyOf(segment)),
    });
    await this.#rulesets.refresh(environmentId);
    const { ruleset } = await this.#rulesets.open(environmentId);
    const plan = planImport(input, known, ruleset);
    const { format, reference, reason, dryRun } = input;
    const importedAt = new Date(this.#clock()).toISOString();
    const place: Place = { project, environmentId, origin: { format, reference, importedAt }, reason };
    const problems = plan.problems.length > 0 ? plan.problems : await this.#write(member, { plan, place, dryRun });
    if (!dryRun && problems.length > 0) throw refused(problems);
    return resultOf(plan, problems, { written: !dryRun });
  }

  /** Dry or refused, all that was written is undone, and what was wrong is answered. */
  async #write(
    member: MemberCredential,
    { plan, place, dryRun }: { plan: ImportPlan; place: Place; dryRun: boolean },
  ): Promise<readonly ImportProblem[]> {
    const undone = new Error('undone on purpose');
    let problems: readonly ImportProblem[] = [];
    try {
      await this.#postgres.longTransaction(member, async (trx) => {
        problems = await writeImport(trx, plan, place);
        if (dryRun || problems.length > 0) throw undone;
      });
    } catch (error) {
      if (error !== undone) throw error;
    }
    return problems;
  }
}

function refuseTooMany({ flags, reference }: ImportFlagsInput): void {
  if (flags.length > rulesetLimits.flags) {
    throw new BurgeeError('LIMIT_EXCEEDED', `an import has at most ${rulesetLimits.flags} flags, not ${flags.length}`);
  }
  if (!/^[a-z]+(-[a-z0-9]+)?$/.test(reference)) {
    throw new BurgeeError('BAD_INPUT', 'reference must name whose decisions are carried over, such as unleash-node');
  }
}

function keyOf(definition: unknown): string[] {
  const key = (definition as { key?: unknown } | null)?.key;
  return typeof key === 'string' ? [key] : [];
}

function refused(problems: readonly ImportProblem[]): BurgeeError {
  const [first] = problems as readonly [ImportProblem];
  const place = first.path === '' ? first.key : `${first.key}: ${first.path}`;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  return new BurgeeError('IMPORT_REFUSED', `nothing was imported: ${place}: ${first.message}${more}`, { problems });
}

function resultOf(
  plan: ImportPlan,
  problems: readonly ImportProblem[],
  { written }: { readonly written: boolean },
): ImportResult {
  return {
    written,
    created: plan.created.map(({ flag }) => flag.key),
    updated: plan.updated.map(({ flag }) => flag.key),
    segments: [...plan.newSegments, ...plan.changedSegments].map(({ segment }) => segment.key),
    problems: [...problems],
  };
}
