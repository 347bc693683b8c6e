import { CustomScalar, Scalar } from '@nestjs/graphql';
import { GraphQLError, Kind, type ValueNode } from 'graphql';

/** Any JSON value. */
@Scalar('JSON')
export class JsonScalar implements CustomScalar<unknown, unknown> {
  description = 'Any JSON value.';

  serialize(value: unknown): unknown {
    return value;
  }

  parseValue(value: unknown): unknown {
    return value;
  }

  parseLiteral(node: ValueNode): unknown {
    return jsonOf(node);
  }
}

/** An instant as RFC 3339 text with a zone; given out in UTC with milliseconds. */
@Scalar('DateTime', () => Date)
export class DateTimeScalar implements CustomScalar<string, Date> {
  description = 'An instant: RFC 3339 with a zone, such as 2026-12-01T06:00:00Z.';

  serialize(value: unknown): string {
    const instant = value instanceof Date ? value : new Date(String(value));
    return instant.toISOString();
  }

  parseValue(value: unknown): Date {
    return parseInstant(value);
  }

  parseLiteral(node: ValueNode): Date {
    return parseInstant(node.kind === Kind.STRING ? node.value : undefined);
  }
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads an instant; refuses what `Date` would quietly mend, such as the 30th of February. */
export function parseInstant(value: unknown): Date {
  const match = typeof value === 'string' ? rfc3339.exec(value) : null;
  const instant = match ? new Date(value as string) : undefined;
  if (!match || !instant || Number.isNaN(instant.getTime()) || !isDay(match)) {
    throw new GraphQLError('an instant must be an RFC 3339 date with a zone, such as 2026-12-01T06:00:00Z', {
      extensions: { code: 'BAD_INPUT' },
    });
  }
  return instant;
}

function isDay([, year, month, day]: RegExpExecArray): boolean {
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) >= 1 && Number(day) <= last;
}

function jsonOf(node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, jsonOf(field.value)]));
    case Kind.LIST:
      return node.values.map(jsonOf);
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.NULL:
      return null;
    default:
      throw new GraphQLError('write a JSON value whole, or give it as one variable', {
        extensions: { code: 'BAD_INPUT' },
      });
  }
}
