import { createParamDecorator, type ExecutionContext, Inject, Injectable, type PipeTransform } from '@nestjs/common';
import { Burgee } from './burgee.ts';
import { checkKey } from './errors.ts';

/**
 * A flag's value as a parameter: `list(@FlagValue('page-size', 20) pageSize: number)`.
 *
 * @param defaultValue served while there is no value of this type
 */
export function FlagValue(key: string, defaultValue: unknown): ParameterDecorator {
  checkKey(key, '@FlagValue()');
  return asked({ key, defaultValue }, FlagValuePipe);
}

interface Asked {
  key: string;
  defaultValue: unknown;
  execution: ExecutionContext;
}

/** A parameter decorator sees the call and a pipe sees `Burgee`; together they make a value. */
@Injectable()
class FlagValuePipe implements PipeTransform<Asked, unknown> {
  constructor(@Inject(Burgee) private readonly burgee: Burgee) {}

  transform({ key, defaultValue, execution }: Asked): unknown {
    const context = this.burgee.contextOf(execution);
    return context ? this.burgee.value(key, defaultValue, context) : defaultValue;
  }
}

const asked = createParamDecorator((flag: Omit<Asked, 'execution'>, execution: ExecutionContext): Asked => {
  return { ...flag, execution };
});
