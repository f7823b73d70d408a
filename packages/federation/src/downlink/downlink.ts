import type { Bus } from '@moorline/bus';
import { FIRST_POSITION, UPLINK_CLOSE } from '@moorline/contracts/federation';
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
  type Entropy,
  type Logger,
} from '@moorline/kernel';
import type { RemoteActionQueue, RemoteAuthorities, UploadSink } from '@moorline/model/ports';
import type { Issuer } from '@moorline/pki';
import type { Authorize, RecordAudit } from '../ports.ts';
import { createRefusalAudit } from '../refusal-audit.ts';
import { isPrintable } from '../text-safety.ts';
import { LIVE } from '../topics.ts';
import { registerConnectorRoutes } from './admin-routes.ts';
import { createConnectorIdentities } from './attach.ts';
import { createApplyBatch } from './batches.ts';
import { createConnectorAdministration } from './connector-administration.ts';
import { createConnectorStore } from './connector-store.ts';
import { createDeliveries } from './deliveries.ts';
import { createConnectorDirectory } from './directory.ts';
import { downlinkErrors } from './errors.ts';
import { registerGatewayRoutes } from './gateway-routes.ts';
import { createJoinTokens } from './join-tokens.ts';
import { createConnectorPeers } from './peers.ts';
import { createPollChannels } from './poll-channels.ts';
import { createRelay } from './relay.ts';
import { openRelayKey } from './relay-key.ts';
import { createRemoteAuthorities } from './remotes.ts';
import { createUplinkSessions } from './sessions.ts';
import { registerWellKnown } from './well-known.ts';

export interface DownlinkDeps {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
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
  const directory = createConnectorDirectory({ authorityId, database, connectors });
  const refusals = createRefusalAudit({ ...deps, authorityId, logger });
  const limiter = deps.limiter ?? createAttemptLimiter(clock);

  const changed = (connectorId: ConnectorId): void =>
    bus.publish(LIVE, { topic: 'connector', ids: [connectorId] });

  const noteDisconnected = (connectorIds: readonly ConnectorId[]): Promise<void> =>
    database.transaction(authorityId, async (tx) => {
      for (const connectorId of connectorIds) {
        await connectors.update(tx, connectorId, { disconnected_at: new Date(clock.now()) });
      }
    });

  const sessions = createUplinkSessions({
    clock,
    logger,
    tasks,
    async onHello({ connectorId, serial }, hello) {
      return database.transaction(authorityId, async (tx) => {
        const row = await connectors.find(tx, connectorId, { lock: true });
        if (!row) throw downlinkErrors.connectorUnknown({ connectorId });
        const { display_name: name } = row;
        if (row.revoked_at) throw downlinkErrors.connectorRevoked({ name });
        if (row.certificate_serial !== serial) throw downlinkErrors.certificateRevoked({ name });
        // Another change log: what it holds is not known to be here, so all of it is asked for again.
        const cursor = row.epoch === hello.epoch ? row.cursor : FIRST_POSITION;
        const renamed = isPrintable(hello.siteName) ? hello.siteName : name;
        await connectors.update(tx, connectorId, {
          epoch: hello.epoch,
          cursor,
          display_name: renamed,
          site_version: hello.siteVersion,
          protocol: hello.protocol,
          connected_at: new Date(clock.now()),
        });
        tx.afterCommit(() => directory.set(connectorId, renamed));
        if (renamed !== name) {
          await deps.audit(tx, {
            activity: 'connectors.rename',
            actor: name,
            target: connectorId,
            result: 'success',
            details: { from: name, to: renamed },
            at: clock.now(),
          });
        }
        return { cursor };
      });
    },
    onOpen(session) {
      changed(session.connectorId);
      deliveries.wake(session.connectorId);
    },
    onClosed(connectorId) {
      tasks.run('note disconnection', () => noteDisconnected([connectorId]));
      changed(connectorId);
    },
  });
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
    onAttached(connectorId, name) {
      directory.set(connectorId, name);
      sessions.end(connectorId, UPLINK_CLOSE.goingAway, 'The site was attached anew.');
      changed(connectorId);
    },
  });
  const administration = createConnectorAdministration({
    ...deps,
    authorityId,
    connectors,
    sessions,
    onChanged: changed,
  });

  const stopNow = async (): Promise<void> => {
    const ended = sessions.endAll();
    await tasks.stop();
    if (ended.length > 0) {
      await noteDisconnected(ended).catch((err: unknown) =>
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
      registerGatewayRoutes(listener, {
        identities,
        peers: createConnectorPeers({ authorityId, database, connectors }),
        applyBatch: createApplyBatch({ ...deps, authorityId, connectors }),
        sessions,
        channels: createPollChannels({ sessions, clock, entropy }),
        clock,
        logger,
        refusals,
        limiter,
        onApplied(connectorId, { content }, isBehind) {
          sessions.get(connectorId)?.setFacts({ isBehind, refusal: null });
          if (content && content.actions.length > 0) deliveries.wake(connectorId);
          changed(connectorId);
        },
        onRefused(connectorId, error) {
          if (error.code === downlinkErrors.cursorMismatch.spec.code) return;
          sessions.get(connectorId)?.setFacts({ refusal: error.message });
          changed(connectorId);
        },
      });
    },
    registerAdmin: (app, { authorize }) =>
      registerConnectorRoutes(app, { authorize, connectors: administration, joinTokens }),
    async start(signal) {
      await directory.load();
      if (signal.aborted) await stop();
      else signal.addEventListener('abort', () => void stop(), { once: true });
    },
    [Symbol.asyncDispose]: stop,
  };
}
