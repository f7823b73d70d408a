import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { httpErrors } from './errors.ts';
import type { Authenticator, HttpApp } from './http-app.ts';
import { peerCertificate, peerRefusal } from './peer-certificate.ts';

/** Sets who `actor` routes believe; without one they answer 401. The last call counts. */
export function authenticateWith(app: HttpApp, authenticator: Authenticator): void {
  app.authentication.authenticator = authenticator;
}

/** Denies by default: every route says who may call it, and nobody else gets to its handler. */
export function guardAccess(app: HttpApp, options: { readonly takesPeers: boolean }): void {
  app.decorate('authentication', { authenticator: null });
  app.decorateRequest('actor', null);
  app.decorateRequest('device', null);
  app.addHook('onRoute', (route: RouteOptions) => {
    const access = route.config?.access;
    const name = `${String(route.method)} ${route.url}`;
    if (access !== 'public' && access !== 'actor' && access !== 'peer') {
      throw new Error(`${name} does not say who may call it: set config.access`);
    }
    if (access === 'peer' && !options.takesPeers) {
      throw new Error(`${name} is for peers, but this listener asks for no client certificate`);
    }
  });
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    // Unknown paths have no config: the not-found handler answers them, and it shows nothing.
    if (request.is404) return;
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    if (access === 'peer') {
      if (!peerCertificate(request)) {
        throw httpErrors.certificateRequired({ reason: peerRefusal(request) });
      }
      return;
    }
    request.actor = (await app.authentication.authenticator?.(request)) ?? null;
    if (!request.actor) {
      reply.header('www-authenticate', 'Bearer realm="moorline"');
      throw httpErrors.unauthenticated();
    }
  });
}
