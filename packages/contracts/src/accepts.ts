import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/schema';

/** Whether `value`, which came from outside, has the shape of `schema`. */
export function accepts<const Schema extends TSchema>(
  schema: Schema,
  value: unknown,
): value is Static<Schema> {
  return Check(schema, value);
}
