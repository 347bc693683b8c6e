import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  GraphQLError,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** How much one GraphQL document may ask for; the same for every transport, fragments counted where they are used. */
export const documentLimits = {
  bytes: 1_048_576,
  tokens: 2000,
  depth: 10,
  /** The deepest introspection that common tools send. */
  introspectionDepth: 16,
  /** Aliases of any field, `__typename` included. */
  aliases: 30,
  /** Root fields of one operation. */
  rootFields: 10,
  directives: 20,
  /** A field costs 1; what a list holds costs {@link listFactor} times as much. */
  cost: 10_000,
} as const;

const listFactor = 10;

interface Weight {
  /** Fields of the uppermost level, those of fragments included. */
  readonly fields: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly cost: number;
}

const nothing: Weight = { fields: 0, depth: 0, aliases: 0, directives: 0, cost: 0 };

/** Validation rule that refuses a document that asks for too much, with the limit in the sentence. */
export function limitsRule(context: ValidationContext): ASTVisitor {
  const weigh = weigher(context);
  return {
    OperationDefinition(operation) {
      for (const sentence of excesses(operation, weigh(operation))) {
        context.reportError(new GraphQLError(sentence, { nodes: operation, extensions: { code: 'LIMIT_EXCEEDED' } }));
      }
    },
  };
}

function excesses(operation: OperationDefinitionNode, weight: Weight): string[] {
  const introspects = operation.selectionSet.selections.some(isIntrospection);
  const deepest = introspects ? documentLimits.introspectionDepth : documentLimits.depth;
  return [
    weight.depth > deepest && `the query is ${weight.depth} deep; at most ${deepest}`,
    weight.aliases > documentLimits.aliases &&
      `the query has ${weight.aliases} aliases; at most ${documentLimits.aliases}`,
    weight.directives > documentLimits.directives &&
      `the query has ${weight.directives} directives; at most ${documentLimits.directives}`,
    weight.fields > documentLimits.rootFields &&
      `the query asks ${weight.fields} things at once; at most ${documentLimits.rootFields}`,
    weight.cost > documentLimits.cost && `the query costs ${weight.cost}; at most ${documentLimits.cost}`,
  ].filter((sentence) => sentence !== false);
}

function isIntrospection(selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && (selection.name.value === '__schema' || selection.name.value === '__type');
}

/** Weighs selections; a fragment is weighed once, so that fragments inside fragments cost no time. */
function weigher(context: ValidationContext): (operation: OperationDefinitionNode) => Weight {
  const weighed = new Map<string, Weight>();

  function ofSet(set: SelectionSetNode | undefined, type: GraphQLCompositeType | undefined): Weight {
    return (set?.selections ?? []).map((selection) => ofSelection(selection, type)).reduce(beside, nothing);
  }

  function ofSelection(selection: SelectionNode, type: GraphQLCompositeType | undefined): Weight {
    const directives = selection.directives?.length ?? 0;
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return beside(ofSet(selection.selectionSet, type), { ...nothing, directives });
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return beside(ofFragment(selection.name.value), { ...nothing, directives });
    const field =
      type && (isObjectType(type) || isInterfaceType(type)) ? type.getFields()[selection.name.value] : undefined;
    const inner = field && getNamedType(field.type);
    const below = ofSet(selection.selectionSet, isCompositeType(inner) ? inner : undefined);
    return {
      fields: 1,
      depth: below.depth + 1,
      aliases: below.aliases + (selection.alias ? 1 : 0),
      directives: below.directives + directives,
      cost: 1 + below.cost * (field && isListType(getNullableType(field.type)) ? listFactor : 1),
    };
  }

  function ofFragment(name: string): Weight {
    const known = weighed.get(name);
    if (known) return known;
    // a fragment that names itself is refused by another rule; here it must only come to an end
    weighed.set(name, nothing);
    const fragment: FragmentDefinitionNode | null | undefined = context.getFragment(name);
    const type = fragment && context.getSchema().getType(fragment.typeCondition.name.value);
    const weight = ofSet(fragment?.selectionSet, isCompositeType(type) ? type : undefined);
    weighed.set(name, weight);
    return weight;
  }

  return (operation) =>
    ofSet(operation.selectionSet, context.getSchema().getRootType(operation.operation) ?? undefined);
}

function beside(left: Weight, right: Weight): Weight {
  return {
    fields: left.fields + right.fields,
    depth: Math.max(left.depth, right.depth),
    aliases: left.aliases + right.aliases,
    directives: left.directives + right.directives,
    cost: left.cost + right.cost,
  };
}
