import type { Bus } from '@moorline/bus';
import type { ConnectorDetail } from '@moorline/contracts/admin';
import { UPLINK_CLOSE } from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import {
  type AttemptLimiter,
  createAttemptLimiter,
  type HttpApp,
  type Listener,
} from '@moorline/http';
import {
  type AuthorityId,
  type Clock,
  type ConnectorId,
  createTaskGroup,
  type DeviceId,
  type Entropy,
  type Logger,
} from '@moorline/kernel';
import type {
  RemoteActionQueue,
  RemoteAuthorities,
  Transaction,
  UploadSink,
} from '@moorline/model/ports';
import type { Issuer } from '@moorline/pki';
import type { Authorize, RecordAudit } from '../ports.ts';
import { createRefusalAudit } from '../refusal-audit.ts';
import { LIVE } from '../topics.ts';
import { registerConnectorRoutes } from './admin-routes.ts';
import { createConnectorIdentities } from './attach.ts';
import { createApplyBatch } from './batches.ts';
import { createConnectorAdministration } from './connector-administration.ts';
import { createConnectorEvents } from './connector-events.ts';
import { createConnectorStore } from './connector-store.ts';
import { createDeliveries } from './deliveries.ts';
import { createReadDigests } from './digests.ts';
import { createConnectorDirectory } from './directory.ts';
import { downlinkErrors } from './errors.ts';
import { createEvidenceStore } from './evidence.ts';
import { registerGatewayRoutes, shown } from './gateway-routes.ts';
import { createTakeHello } from './hello.ts';
import { createJoinTokens } from './join-tokens.ts';
import { createLeaving } from './leaving.ts';
import { createConnectorPeers } from './peers.ts';
import { createPollChannels } from './poll-channels.ts';
import { createProber } from './prober.ts';
import { createRelay } from './relay.ts';
import { openRelayKey } from './relay-key.ts';
import { createRemoteAuthorities } from './remotes.ts';
import { createUplinkSessions } from './sessions.ts';
import { registerUploadRoutes } from './upload-routes.ts';
import { registerWellKnown } from './well-known.ts';

export interface DownlinkDeps {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  /** This server's version, for what an upgrade of a site would bring. */
  readonly version: string;
  readonly database: Database;
  readonly issuer: Issuer;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  /** Late-bound: the engine that offers it is built with this value's `remotes`. */
  readonly uploadSink: () => UploadSink;
  /** Late-bound, like the sink. */
  readonly remoteActionQueue: () => RemoteActionQueue;
  /** Devices per connector that has any; asked when connectors are listed. */
  readonly deviceCounts: () => Promise<ReadonlyMap<ConnectorId, number>>;
  /** Some of the devices of a connector, at most `limit`; none when it has none. */
  readonly heldDevices: (
    tx: Transaction,
    origin: ConnectorId,
    limit: number,
  ) => Promise<readonly DeviceId[]>;
  /** How the actions for a connector's devices went. */
  readonly actionFigures: (origin: ConnectorId) => Promise<ConnectorDetail['actions']>;
  /** Holds `relay-key.json`; made when it is not there. */
  readonly relayKeyFolder: string;
  /** Origin of the gateway as sites reach it: it goes into join tokens. */
  readonly gatewayUrl: () => string;
  readonly audit: RecordAudit;
  /** Of failed attempts to attach, per remote address; default: one of its own. */
  readonly limiter?: AttemptLimiter;
  /** How long a relay request waits for its answer; default 15 s. */
  readonly relayTimeoutMs?: number;
}

const COURSE: ReadonlySet<string> = new Set(
  [
    downlinkErrors.cursorMismatch,
    downlinkErrors.epochUnknown,
    downlinkErrors.connectorRevoked,
    downlinkErrors.connectorUnknown,
    downlinkErrors.certificateRevoked,
  ].map(({ spec }) => spec.code),
);

/** The tenant side of cloud attach. */
export interface Downlink extends AsyncDisposable {
  readonly remotes: RemoteAuthorities;
  /** Attach, renewal, batches and the uplink, on the mutual-TLS gateway; before it listens. */
  registerGateway(listener: Listener): void;
  /** Connectors and join tokens, on an admin listener; before it listens. */
  registerAdmin(app: HttpApp, options: { readonly authorize: Authorize }): void;
  /** Reads what it must know before the first request; ends every uplink when the signal is aborted. */
  start(signal: AbortSignal): Promise<void>;
}

/**
 * Builds the tenant side: makes or loads the key that signs relay requests, and starts nothing.
 * @spec docs/protocols/federation.md
 */
export async function createDownlink(deps: DownlinkDeps): Promise<Downlink> {
  const { profile, database, bus, clock, entropy } = deps;
  const { authorityId } = profile;
  const logger = deps.logger.child({ part: 'downlink' });
  const tasks = createTaskGroup('downlink', logger);
  const key = await openRelayKey(deps.relayKeyFolder);
  const connectors = createConnectorStore(authorityId);
  const events = createConnectorEvents({ clock, entropy });
  const directory = createConnectorDirectory({ authorityId, database, connectors });
  const refusals = createRefusalAudit({ ...deps, authorityId, logger });
  const limiter = deps.limiter ?? createAttemptLimiter(clock);

  const changed = (connectorId: ConnectorId): void =>
    bus.publish(LIVE, { topic: 'connector', ids: [connectorId] });

  const noteDisconnected = (connectorIds: readonly ConnectorId[], at: number): Promise<void> =>
    database.transaction(authorityId, async (tx) => {
      for (const connectorId of connectorIds) {
        await connectors.update(tx, connectorId, { disconnected_at: new Date(at) });
        await events.note(tx, connectorId, {
          kind: 'disconnected',
          severity: 'warning',
          message: 'The connection ended.',
        });
      }
    });
  const note = (
    connectorId: ConnectorId,
    event: Parameters<typeof events.note>[2],
  ): Promise<void> =>
    database.transaction(authorityId, (tx) => events.note(tx, connectorId, event));

  const sessions = createUplinkSessions({
    clock,
    logger,
    tasks,
    onHello: createTakeHello({ ...deps, authorityId, connectors, events, directory }),
    onOpen(session) {
      const { connectorId } = session;
      changed(connectorId);
      deliveries.wake(connectorId);
      tasks.run('probe', async () => {
        await prober.probe(connectorId);
        await prober.judge([connectorId]);
      });
    },
    async onClone(holder, refused) {
      const { connectorId } = holder;
      const error = downlinkErrors.siteCloned({
        name: directory.nameOf(connectorId),
        holder: holder.remoteAddress,
        refused: refused.remoteAddress,
      });
      const isNews = evidence.of(connectorId).clone === null;
      evidence.cloned(connectorId, error.message);
      await refusals.record(
        {
          activity: 'connectors.connect',
          actor: directory.nameOf(connectorId),
          target: connectorId,
          origin: refused.serial,
          details: { holder: holder.remoteAddress, refused: refused.remoteAddress },
        },
        error,
      );
      if (isNews) {
        const { message } = error;
        await note(connectorId, { kind: 'cloneRefused', severity: 'error', message });
      }
      await prober.judge([connectorId]);
    },
    onClosed(connectorId) {
      evidence.closed(connectorId);
      const at = clock.now();
      tasks.run('note disconnection', () => noteDisconnected([connectorId], at));
      changed(connectorId);
    },
  });
  const evidence = createEvidenceStore({ clock, sessions });
  const relay = createRelay({
    authorityId,
    key,
    sessions,
    nameOf: directory.nameOf,
    clock,
    entropy,
    logger,
    ...(deps.relayTimeoutMs !== undefined && { timeoutMs: deps.relayTimeoutMs }),
  });
  const deliveries = createDeliveries({
    sessions,
    relay,
    queue: deps.remoteActionQueue,
    nameOf: directory.nameOf,
    tasks,
    clock,
    entropy,
    logger,
  });
  const prober = createProber({
    authorityId,
    database,
    connectors,
    events,
    evidence,
    sessions,
    relay,
    clock,
    logger,
    onJudged: changed,
  });
  const leaving = createLeaving({
    ...deps,
    authorityId,
    connectors,
    events,
    sessions,
    tasks,
    logger,
    onDetached(connectorId) {
      evidence.forget(connectorId);
      changed(connectorId);
    },
  });
  const joinTokens = createJoinTokens({
    authorityId,
    database,
    clock,
    entropy,
    gatewayUrl: deps.gatewayUrl,
    caFingerprint: deps.issuer.caFingerprint,
    audit: deps.audit,
  });
  const identities = createConnectorIdentities({
    ...deps,
    connectors,
    joinTokens,
    relayPublicKey: key.publicJwk,
    events,
    leaving,
    connectedFrom: (connectorId) => sessions.get(connectorId)?.remoteAddress ?? null,
    onAttached(connectorId, name) {
      directory.set(connectorId, name);
      evidence.forget(connectorId);
      sessions.end(connectorId, UPLINK_CLOSE.goingAway, 'The site was attached anew.');
      changed(connectorId);
    },
  });
  const administration = createConnectorAdministration({
    ...deps,
    authorityId,
    connectors,
    events,
    evidence,
    prober,
    relay,
    leaving,
    sessions,
  });

  const peers = createConnectorPeers({ authorityId, database, connectors });

  const stopNow = async (): Promise<void> => {
    const ended = sessions.endAll();
    await tasks.stop();
    if (ended.length > 0) {
      await noteDisconnected(ended, clock.now()).catch((err: unknown) =>
        logger.warn({ err }, 'the end of the uplinks could not be noted'),
      );
    }
  };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= stopNow();
    return stopping;
  };

  return {
    remotes: createRemoteAuthorities({ directory, sessions, deliveries, relay }),
    registerGateway(listener) {
      registerWellKnown(listener.app, { gatewayUrl: deps.gatewayUrl, clock, tasks });
      registerUploadRoutes(listener.app, {
        ...deps,
        authorityId,
        readDigests: createReadDigests({ ...deps, authorityId, connectors }),
        authenticate: async (request) => (await peers.authenticate(shown(request))).id,
        onActions: (connectorId) => {
          deliveries.wake(connectorId);
          changed(connectorId);
        },
      });
      registerGatewayRoutes(listener, {
        identities,
        async onDetach({ id: connectorId, display_name: name }, { by, at }) {
          await leaving.detach(connectorId, {
            actor: `${by} (${name})`,
            details: { detachedAt: at },
          });
        },
        peers,
        applyBatch: createApplyBatch({ ...deps, authorityId, connectors }),
        sessions,
        channels: createPollChannels({ sessions, clock, entropy }),
        clock,
        logger,
        refusals,
        limiter,
        onApplied(connectorId, { content }, isBehind) {
          evidence.applied(connectorId, isBehind);
          if (content && content.actions.length > 0) deliveries.wake(connectorId);
          changed(connectorId);
        },
        onRefused(connectorId, error) {
          // Answers that the protocol lives with, or that say that it is no connector any more.
          if (COURSE.has(error.code)) return;
          const isNews = evidence.of(connectorId).refusal === null;
          evidence.refused(connectorId, error.message);
          tasks.run('note refusal', async () => {
            if (isNews) {
              const { message } = error;
              await note(connectorId, { kind: 'batchRefused', severity: 'error', message });
            }
            await prober.judge([connectorId]);
          });
          changed(connectorId);
        },
      });
    },
    registerAdmin: (app, { authorize }) =>
      registerConnectorRoutes(app, { authorize, connectors: administration, joinTokens }),
    async start(signal) {
      await directory.load();
      await leaving.resume();
      tasks.run('probes', prober.run);
      if (signal.aborted) await stop();
      else signal.addEventListener('abort', () => void stop(), { once: true });
    },
    [Symbol.asyncDispose]: stop,
  };
}
