import type { Socket } from 'node:net';
import {
  AttachAnswer,
  AttachBody,
  BATCH_HEADERS,
  CheckJoinTokenAnswer,
  CheckJoinTokenBody,
  DetachBody,
  FEDERATION_LIMITS,
  FEDERATION_PATHS,
  RenewConnectorAnswer,
  RenewConnectorBody,
} from '@moorline/contracts/federation';
import {
  type AttemptLimiter,
  type HttpRequest,
  type Listener,
  type PeerCertificate,
  peerCertificate,
  refusalOf,
} from '@moorline/http';
import {
  asMoorlineError,
  type Clock,
  type ConnectorId,
  type Logger,
  type MoorlineError,
} from '@moorline/kernel';
import { WebSocketServer } from 'ws';
import type { RefusalAudit } from '../refusal-audit.ts';
import { isPrintable } from '../text-safety.ts';
import { type Arrival, createArrivals } from './arrivals.ts';
import type { ConnectorIdentities } from './attach.ts';
import type { AppliedBatch, ApplyBatch } from './batches.ts';
import { registerChannelRoutes } from './channel-routes.ts';
import { attachErrors, downlinkErrors } from './errors.ts';
import type { ConnectorPeers } from './peers.ts';
import type { PollChannels } from './poll-channels.ts';
import type { UplinkSessions } from './sessions.ts';
import { webSocketChannel } from './uplink-channel.ts';

export interface GatewayRoutesDeps {
  readonly identities: ConnectorIdentities;
  readonly peers: ConnectorPeers;
  readonly applyBatch: ApplyBatch;
  readonly sessions: UplinkSessions;
  readonly channels: PollChannels;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refusals: RefusalAudit;
  readonly limiter: AttemptLimiter;
  /** The connector leaves, by its own word. */
  readonly onDetach: (
    connector: Awaited<ReturnType<ConnectorPeers['authenticate']>>,
    body: DetachBody,
  ) => Promise<void>;
  readonly onApplied: (connectorId: ConnectorId, batch: AppliedBatch, isBehind: boolean) => void;
  readonly onRefused: (connectorId: ConnectorId, error: MoorlineError) => void;
}

/**
 * What sites call, on the mutual-TLS gateway. Only `attach` takes a connection without a client certificate.
 * @spec docs/protocols/federation.md §3, §4, §5
 */
export function registerGatewayRoutes(listener: Listener, deps: GatewayRoutesDeps): void {
  registerAttach(listener, deps);
  registerRenew(listener, deps);
  registerDetach(listener, deps);
  registerBatches(listener, deps);
  registerUplink(listener, deps);
  registerChannelRoutes(listener.app, {
    channels: deps.channels,
    async authenticate(request) {
      const peer = shown(request);
      const { id: connectorId } = await deps.peers.authenticate(peer);
      return { connectorId, serial: peer.serial, remoteAddress: addressOf(request.raw.socket) };
    },
    onRefused: (request, error) => audit(deps.refusals, 'connectors.connect', request, error),
  });
}

function registerAttach({ app }: Listener, deps: GatewayRoutesDeps): void {
  app.post(
    FEDERATION_PATHS.attach,
    {
      config: { access: 'public' },
      bodyLimit: FEDERATION_LIMITS.attachBytes,
      schema: { body: AttachBody, response: { 200: AttachAnswer } },
      onError: async (request, _reply, error) =>
        audit(deps.refusals, 'connectors.attach', request, error),
    },
    (request) => deps.limiter.attempt(request.ip, () => deps.identities.attach(request.body)),
  );
  app.post(
    FEDERATION_PATHS.attachCheck,
    {
      config: { access: 'public' },
      bodyLimit: FEDERATION_LIMITS.attachBytes,
      schema: { body: CheckJoinTokenBody, response: { 200: CheckJoinTokenAnswer } },
    },
    (request) => deps.limiter.attempt(request.ip, () => deps.identities.check(request.body)),
  );
}

function registerRenew({ app }: Listener, deps: GatewayRoutesDeps): void {
  app.post(
    FEDERATION_PATHS.renew,
    {
      config: { access: 'peer' },
      bodyLimit: FEDERATION_LIMITS.attachBytes,
      schema: { body: RenewConnectorBody, response: { 200: RenewConnectorAnswer } },
      onError: async (request, _reply, error) =>
        audit(deps.refusals, 'connectors.renewCertificate', request, error),
    },
    async (request) => {
      const connector = await deps.peers.authenticate(shown(request));
      return deps.identities.renew(connector.id, request.body.csr);
    },
  );
}

function registerDetach({ app }: Listener, deps: GatewayRoutesDeps): void {
  app.post(
    FEDERATION_PATHS.detach,
    {
      config: { access: 'peer' },
      bodyLimit: FEDERATION_LIMITS.attachBytes,
      schema: { body: DetachBody },
      onError: async (request, _reply, error) =>
        audit(deps.refusals, 'connectors.detach', request, error),
    },
    async (request, reply) => {
      const connector = await deps.peers.authenticate(shown(request));
      const { by, at } = request.body;
      if (!isPrintable(by) || Number.isNaN(Date.parse(at))) {
        throw attachErrors.siteMalformed({ field: 'by', expected: 'a name, with a time' });
      }
      await deps.onDetach(connector, request.body);
      return reply.code(204).send();
    },
  );
}

function registerBatches({ app }: Listener, deps: GatewayRoutesDeps): void {
  const arrivals = createArrivals();
  const arrivalOf = new WeakMap<HttpRequest, Arrival>();
  app.addContentTypeParser('application/x-ndjson', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.post(
    FEDERATION_PATHS.batches,
    {
      config: { access: 'peer', gzip: true },
      bodyLimit: FEDERATION_LIMITS.batchBytes,
      // With the headers: a body may be complete before that of an earlier batch is.
      async onRequest(request, reply) {
        const [epoch, from, to] = [BATCH_HEADERS.epoch, BATCH_HEADERS.from, BATCH_HEADERS.to].map(
          (name) => header(request, name),
        );
        const { serial } = shown(request);
        const arrival = arrivals.begin(serial, epoch ?? '', from ?? '', to ?? '');
        arrivalOf.set(request, arrival);
        reply.raw.once('close', arrival.end);
      },
      onError: async (request, _reply, error) =>
        audit(deps.refusals, 'connectors.upload', request, error),
    },
    async (request) => {
      const { id: connectorId } = await deps.peers.authenticate(shown(request));
      const arrival = arrivalOf.get(request);
      try {
        const batch = await deps.applyBatch({
          connectorId,
          epoch: header(request, BATCH_HEADERS.epoch),
          from: header(request, BATCH_HEADERS.from),
          to: header(request, BATCH_HEADERS.to),
          hasMore: header(request, BATCH_HEADERS.more) === '1',
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
          ...(arrival && { arrival }),
        });
        arrival?.stored();
        deps.onApplied(connectorId, batch, header(request, BATCH_HEADERS.more) === '1');
        return { cursor: batch.cursor };
      } catch (thrown) {
        const error = asMoorlineError(thrown);
        if (error.kind === 'failure') deps.onRefused(connectorId, error);
        throw thrown;
      } finally {
        arrival?.end();
      }
    },
  );
}

function registerUplink(listener: Listener, deps: GatewayRoutesDeps): void {
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: FEDERATION_LIMITS.relayMessageBytes,
    perMessageDeflate: false,
  });
  listener.onUpgrade(FEDERATION_PATHS.uplink, async ({ request, socket, head, peer, signal }) => {
    const { id: connectorId } = await deps.refusals.guard(
      { activity: 'connectors.connect', actor: peer.uri, target: null, origin: peer.serial },
      () => deps.peers.authenticate(peer),
    );
    if (signal.aborted) return;
    upgrader.handleUpgrade(request, socket, head, (websocket) =>
      deps.sessions.accept(
        webSocketChannel(websocket, {
          clock: deps.clock,
          onError: (err) => deps.logger.debug({ err, connectorId }, 'uplink error'),
        }),
        {
          connectorId,
          serial: peer.serial,
          remoteAddress: addressOf(request.socket),
          transport: 'webSocket',
        },
      ),
    );
  });
}

/** The certificate that the peer showed. */
export function shown(request: HttpRequest): PeerCertificate {
  const peer = peerCertificate(request);
  // The route lets nobody in without one; it is gone only when the connection is.
  if (!peer) throw downlinkErrors.certificateForeign();
  return peer;
}

/** Address and port: two servers behind one address are told apart by it. */
function addressOf(socket: Socket): string {
  const { remoteAddress = 'an unknown address', remotePort, remoteFamily } = socket;
  const host = remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress;
  return remotePort === undefined ? host : `${host}:${remotePort}`;
}

function header(request: HttpRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

async function audit(
  refusals: RefusalAudit,
  activity: string,
  request: HttpRequest,
  thrown: Error,
): Promise<void> {
  const error = refusalOf(thrown, request);
  // Answers that the protocol lives with: they tell the site where to go on.
  const isCourse =
    error.code === downlinkErrors.cursorMismatch.spec.code ||
    error.code === downlinkErrors.epochUnknown.spec.code ||
    error.code === downlinkErrors.channelUnknown.spec.code;
  if (error.kind !== 'failure' || isCourse) return;
  const peer = peerCertificate(request);
  await refusals.record(
    {
      activity,
      actor: peer?.uri ?? `unknown peer at ${request.ip}`,
      target: null,
      origin: peer?.serial ?? request.ip,
    },
    error,
  );
}
