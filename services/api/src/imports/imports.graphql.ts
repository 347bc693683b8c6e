import { Field, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { FlagKindName } from '../flags/flag-kind.graphql.ts';
import type { FlagKind } from '../flags/flags.graphql.ts';
import { JsonScalar } from '../graphql/scalars.ts';

export const ImportFormatName = { unleash: 'unleash', growthbook: 'growthbook', flagd: 'flagd' } as const;
registerEnumType(ImportFormatName, { name: 'ImportFormat', description: 'The system that flags come from.' });

export type ImportFormat = keyof typeof ImportFormatName;

@InputType({ description: 'A flag as `burgee import` reads it from a file.' })
export class ImportedFlagInput {
  @Field(() => JsonScalar, { description: 'As it stands in a ruleset; its `semantics` is the reference.' })
  declare flag: unknown;

  @Field(() => FlagKindName)
  declare kind: FlagKind;

  @Field(() => String, { defaultValue: '' })
  declare description: string;

  @Field(() => [String], { defaultValue: [] })
  declare tags: string[];
}

@InputType({ description: 'A segment as `burgee import` reads it from a file.' })
export class ImportedSegmentInput {
  @Field(() => JsonScalar, { description: 'As it stands in a ruleset.' })
  declare segment: unknown;

  @Field(() => String, { defaultValue: '' })
  declare name: string;

  @Field(() => String, { defaultValue: '' })
  declare description: string;
}

@InputType()
export class ImportFlagsInput {
  @Field(() => String)
  declare project: string;

  @Field(() => String, { description: 'Where the flags decide as they did; elsewhere they begin switched off.' })
  declare environment: string;

  @Field(() => ImportFormatName)
  declare format: ImportFormat;

  @Field(() => String, { description: 'Whose decisions are carried over, such as unleash-node.' })
  declare reference: string;

  @Field(() => [ImportedFlagInput], { description: '1 to 10,000.' })
  declare flags: ImportedFlagInput[];

  @Field(() => [ImportedSegmentInput], { defaultValue: [] })
  declare segments: ImportedSegmentInput[];

  @Field(() => Boolean, { defaultValue: false, description: 'Tell what would happen, and write nothing.' })
  declare dryRun: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Replace the definitions of flags that were imported from the same format before.',
  })
  declare update: boolean;

  @Field(() => String, { nullable: true })
  declare reason?: string | null;
}

@ObjectType({ description: 'Why a flag or a segment of an import is refused.' })
export class ImportProblem {
  @Field(() => String)
  declare key: string;

  @Field(() => String, { description: 'Where in the flag or segment; empty: the whole.' })
  declare path: string;

  @Field(() => String)
  declare message: string;

  @Field(() => String, { description: 'Such as KEY_EXISTS or INVALID_FLAG.' })
  declare code: string;
}

@ObjectType({ description: 'What an import did, or, as a dry run, would do.' })
export class ImportResult {
  @Field(() => Boolean, { description: 'False for a dry run, and then nothing has changed.' })
  declare written: boolean;

  @Field(() => [String], { description: 'Keys of new flags.' })
  declare created: string[];

  @Field(() => [String], { description: 'Keys of flags whose definition was replaced.' })
  declare updated: string[];

  @Field(() => [String], { description: 'Keys of segments that are new or were replaced.' })
  declare segments: string[];

  @Field(() => [ImportProblem], { description: 'Of a dry run; where there is one, nothing would be written.' })
  declare problems: ImportProblem[];
}
