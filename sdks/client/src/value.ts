/**
 * The value, if it is there and of the same JSON type as the default; else the default.
 *
 * A default of null or undefined takes any type.
 */
export function valueOr<T>(value: unknown, defaultValue: T): T {
  const fits = defaultValue == null || jsonType(value) === jsonType(defaultValue);
  return value !== undefined && fits ? (value as T) : defaultValue;
}

/** `typeof`, with `null` and `array` apart. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
