import swagger from '@fastify/swagger';
import { ADMIN_PATHS } from '@moorline/contracts/admin';
import type { HttpApp } from './http-app.ts';

/**
 * Describes the routes that are registered after it, and serves the description at /openapi.json.
 * @spec OpenAPI 3.1.0
 */
export async function registerOpenApi(
  app: HttpApp,
  info: { readonly title: string; readonly version: string },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: info.title, version: info.version },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
        },
      },
    },
    transform({ schema, url, route }) {
      const access = route.config?.access;
      const security = access === 'actor' ? [{ token: [] }] : [];
      return { schema: { ...schema, security }, url };
    },
  });
  app.get(
    ADMIN_PATHS.openapi,
    { config: { access: 'public' }, schema: { hide: true } },
    (_request, reply) => {
      reply.header('cache-control', 'no-cache');
      return app.swagger();
    },
  );
}
