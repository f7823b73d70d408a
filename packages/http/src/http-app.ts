import type { IncomingMessage, Server, ServerResponse } from 'node:http';
// For their additions to Fastify's types: reply.setCookie, app.swagger.
import type {} from '@fastify/cookie';
import type {} from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Actor } from '@moorline/model';
import type { AuthenticatedDevice } from '@moorline/model/ports';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { EventStream } from './event-stream.ts';

/** A Fastify instance whose handlers are typed by their TypeBox schemas. */
export type HttpApp = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export type HttpRequest = FastifyRequest;

/**
 * Who may call a route: `public` anyone; `actor` whoever the authenticator knows (`request.actor` is set);
 * `peer` a connection with a client certificate of this authority (the route looks up whose it is).
 */
export type Access = 'public' | 'actor' | 'peer';

/** Who sends a request, or null when nothing in it proves anybody. May throw the access feature's own errors. */
export type Authenticator = (request: FastifyRequest) => Promise<Actor | null>;

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | null;
    device: AuthenticatedDevice | null;
  }
  interface FastifyInstance {
    /** Set by `authenticateWith`. */
    readonly authentication: { authenticator: Authenticator | null };
    readonly eventStreams: Set<EventStream>;
    /** Patterns of the routes registered so far, without wildcards. */
    readonly knownPaths: ReadonlySet<string>;
  }
  interface FastifyContextConfig {
    /** A route without it fails at registration. */
    access: Access;
    /** The body may come gzipped; the route's bodyLimit counts after decompression. */
    gzip?: boolean;
  }
}
