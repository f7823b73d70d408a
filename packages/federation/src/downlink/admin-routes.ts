import {
  ADMIN_PATHS,
  Collection,
  Connector,
  ConnectorDetail,
  ConnectorEvent,
  CreateJoinToken,
  JoinToken,
  PauseConnectorUpload,
  ResyncConnector,
} from '@moorline/contracts/admin';
import type { HttpApp } from '@moorline/http';
import { type Actor, reachOf } from '@moorline/model';
import { Type } from 'typebox';
import type { Authorize } from '../ports.ts';
import { actorOf } from '../request-actor.ts';
import { downlinkErrors } from './errors.ts';
import type { JoinTokens } from './join-tokens.ts';

/** The connectors as administrators see and end them. */
export interface ConnectorAdministration {
  list(): Promise<readonly Connector[]>;
  /** @throws `connectors.not_found` */
  get(id: string): Promise<ConnectorDetail>;
  /** What happened to it, newest first. @throws `connectors.not_found` */
  events(id: string): Promise<readonly ConnectorEvent[]>;
  /** Probes it and has it look at its endpoints, now. @throws `connectors.not_found`, `relay.*` */
  check(id: string): Promise<ConnectorDetail>;
  /** Has it renew its certificate now, with a new key. Audited on both sides. @throws `connectors.not_found`, `relay.*` */
  rotateCertificate(actor: Actor, id: string): Promise<ConnectorDetail>;
  /** Has it compare what both sides hold, or send everything again. Audited on both sides. @throws as `check` */
  resync(actor: Actor, id: string, full: boolean): Promise<ConnectorDetail>;
  /** Has it stop its upload, or go on with it. Audited on both sides. @throws as `check` */
  pauseUpload(actor: Actor, id: string, isPaused: boolean): Promise<ConnectorDetail>;
  /**
   * Ends its certificate and its uplink at once and removes its devices; a new join token brings the site back.
   * Audited, idempotent. @throws `connectors.not_found`
   */
  detach(actor: Actor, id: string): Promise<void>;
}

const ById = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** Routes of the connectors and of the tokens that make them. */
export function registerConnectorRoutes(
  app: HttpApp,
  deps: {
    readonly authorize: Authorize;
    readonly connectors: ConnectorAdministration;
    readonly joinTokens: JoinTokens;
  },
): void {
  const { authorize, connectors, joinTokens } = deps;

  app.get(
    ADMIN_PATHS.connectors,
    { config: { access: 'actor' }, schema: { response: { 200: Collection(Connector) } } },
    async (request) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.read');
      const all = await connectors.list();
      return {
        '@odata.context': '/v1.0/$metadata#deviceManagement/configManagerConnectors',
        value: all.filter(({ id }) => isInReach(actor, id)),
      };
    },
  );

  app.get(
    `${ADMIN_PATHS.connectors}/:id`,
    { config: { access: 'actor' }, schema: { params: ById, response: { 200: ConnectorDetail } } },
    async (request) => {
      await authorize(actorOf(request), 'connectors.read');
      requireInReach(actorOf(request), request.params.id);
      return connectors.get(request.params.id);
    },
  );

  app.get(
    `${ADMIN_PATHS.connectors}/:id/events`,
    {
      config: { access: 'actor' },
      schema: { params: ById, response: { 200: Collection(ConnectorEvent) } },
    },
    async (request) => {
      await authorize(actorOf(request), 'connectors.read');
      requireInReach(actorOf(request), request.params.id);
      return {
        '@odata.context': '/v1.0/$metadata#deviceManagement/configManagerConnectors/events',
        value: [...(await connectors.events(request.params.id))],
      };
    },
  );

  app.post(
    `${ADMIN_PATHS.connectors}/:id/check`,
    { config: { access: 'actor' }, schema: { params: ById, response: { 200: ConnectorDetail } } },
    async (request) => {
      await authorize(actorOf(request), 'connectors.read');
      requireInReach(actorOf(request), request.params.id);
      return connectors.check(request.params.id);
    },
  );

  app.post(
    `${ADMIN_PATHS.connectors}/:id/rotateCertificate`,
    { config: { access: 'actor' }, schema: { params: ById, response: { 200: ConnectorDetail } } },
    async (request) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.manage');
      return connectors.rotateCertificate(actor, request.params.id);
    },
  );

  app.post(
    `${ADMIN_PATHS.connectors}/:id/resync`,
    {
      config: { access: 'actor' },
      schema: { params: ById, body: ResyncConnector, response: { 200: ConnectorDetail } },
    },
    async (request) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.manage');
      return connectors.resync(actor, request.params.id, request.body.full === true);
    },
  );

  app.post(
    `${ADMIN_PATHS.connectors}/:id/pauseUpload`,
    {
      config: { access: 'actor' },
      schema: { params: ById, body: PauseConnectorUpload, response: { 200: ConnectorDetail } },
    },
    async (request) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.manage');
      return connectors.pauseUpload(actor, request.params.id, request.body.isPaused);
    },
  );

  app.delete(
    `${ADMIN_PATHS.connectors}/:id`,
    { config: { access: 'actor' }, schema: { params: ById } },
    async (request, reply) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.manage');
      await connectors.detach(actor, request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    ADMIN_PATHS.joinTokens,
    {
      config: { access: 'actor' },
      schema: { body: CreateJoinToken, response: { 201: JoinToken } },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      await authorize(actor, 'connectors.create');
      const made = await joinTokens.create(actor, request.body);
      return reply.code(201).send({
        id: made.id,
        token: made.token,
        expirationDateTime: new Date(made.expiresAt).toISOString(),
      });
    },
  );
}

/** Whether the actor may see the connector: all of them, or those that carry one of their scope tags. */
function isInReach(actor: Actor, id: string): boolean {
  const reach = reachOf(actor, 'connectors.read');
  return reach === null || reach?.origins.includes(id) === true;
}

/** @throws `connectors.not_found`, as for one that is not there */
function requireInReach(actor: Actor, id: string): void {
  if (!isInReach(actor, id)) throw downlinkErrors.connectorNotFound({ connectorId: id });
}
