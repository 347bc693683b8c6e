import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { BurgeeUsageError } from './errors.ts';
import { requiredFlags } from './require-flag.ts';

/** Names by which @nestjs/graphql is known; it need not be installed. */
const resolvesField = 'graphql:resolve_property';
const graphqlOptions = 'GqlModuleOptions';

/** Stops a start at which a field looks guarded and is not: Nest runs guards on fields only when told to. */
@Injectable()
export class FieldGuardCheck implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const providers = this.discovery.getProviders();
    const options = providers.find(({ token }) => token === graphqlOptions)?.instance as Enhanced | undefined;
    const enhancers = options?.fieldResolverEnhancers ?? [];
    if (enhancers.includes('guards') && enhancers.includes('filters')) return;
    for (const { metatype } of providers) {
      const field = metatype && this.guardedField(metatype);
      if (field)
        throw new BurgeeUsageError('BURGEE_NEST_003', `${metatype.name}.${field} is a field that requires a flag`);
    }
  }

  private guardedField({ prototype }: { prototype?: object } & object): string | undefined {
    if (!prototype) return undefined;
    const ofClass = requiredFlags(prototype.constructor);
    return this.scanner.getAllMethodNames(prototype).find((name) => {
      const method = (prototype as Record<string, object>)[name];
      const isField = method !== undefined && Reflect.hasMetadata(resolvesField, method);
      return isField && ofClass.length + requiredFlags(method).length > 0;
    });
  }
}

interface Enhanced {
  fieldResolverEnhancers?: readonly string[];
}
