import { registerEnumType } from '@nestjs/graphql';

export const FlagKindName = {
  release: 'release',
  experiment: 'experiment',
  operational: 'operational',
  permission: 'permission',
} as const;
registerEnumType(FlagKindName, {
  name: 'FlagKind',
  description: 'release and experiment are temporary; operational (a kill switch) and permission stay.',
});
