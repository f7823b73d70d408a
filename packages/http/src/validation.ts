import type { FastifyRequest, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { Convert } from 'typebox/value';
import type { HttpApp } from './http-app.ts';

/** Nothing of a body is converted, added or taken away: what is not as declared is refused. */
export const AJV_OPTIONS = {
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  allErrors: false,
  strictTypes: false,
} as const;

/** Query strings and path parameters are text by nature: they are read as what their schema says. */
export function convertQueries(app: HttpApp): void {
  app.addHook('onRoute', (route: RouteOptions) => {
    const schema = route.schema;
    if (!schema?.querystring && !schema?.params) return;
    const before = route.preValidation ?? [];
    route.preValidation = [
      async (request: FastifyRequest) => {
        if (schema.querystring) convert(schema.querystring as TSchema, request.query);
        if (schema.params) convert(schema.params as TSchema, request.params);
      },
      ...(Array.isArray(before) ? before : [before]),
    ];
  });
}

// Member by member: Convert reads the names of an object's members as patterns, in which `$top` never matches.
function convert(schema: TSchema, values: unknown): void {
  const { properties } = schema as { readonly properties?: Readonly<Record<string, TSchema>> };
  const record = values as Record<string, unknown>;
  for (const [name, property] of Object.entries(properties ?? {})) {
    if (record[name] !== undefined) record[name] = Convert(property, record[name]);
  }
}
