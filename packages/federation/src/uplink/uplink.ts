import type { Bus } from '@moorline/bus';
import type { CloudAttach } from '@moorline/contracts/admin';
import { countChanges, type Database } from '@moorline/db';
import type { HttpApp } from '@moorline/http';
import {
  type AuthorityId,
  type Clock,
  createTaskGroup,
  type Entropy,
  type Logger,
  type UserId,
} from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import type { DeviceAdministration, UploadSource } from '@moorline/model/ports';
import type { Authorize, RecordAudit } from '../ports.ts';
import { createRefusalAudit } from '../refusal-audit.ts';
import { createSingleFile } from '../single-file.ts';
import { CHANGE_LOG, LIVE } from '../topics.ts';
import { registerCloudAttachRoutes } from './admin-routes.ts';
import { type Attached, createSiteAttach, type LocalUser } from './attach.ts';
import { createAttachmentStore } from './attachment-store.ts';
import { createNextBatch } from './batch-encode.ts';
import { registerCheckRoutes } from './checks-routes.ts';
import { type ConnectionState, createKeepConnected } from './connection.ts';
import { createUploadCursors } from './cursor-store.ts';
import { createIdleCheck } from './endpoints/idle-check.ts';
import { createEndpointMonitor } from './endpoints/monitor.ts';
import { createStatusMessages } from './endpoints/status-messages.ts';
import { gatewayOf, type SurveyedTenant } from './endpoints/survey.ts';
import { createKeyFiles } from './key-files.ts';
import { createLinkedAdministrators } from './links.ts';
import { createPrerequisites } from './prerequisites/prerequisites.ts';
import { createIdleLimit } from './proxy/idle-limit.ts';
import type { ProxySettings } from './proxy/proxy-settings.ts';
import { createRoute, type Route } from './proxy/route.ts';
import { createRelayHandler } from './relay-handler.ts';
import { createRelayMethods } from './relay-methods.ts';
import { createRelaySeen } from './relay-seen.ts';
import { createVerifyRelay } from './relay-verify.ts';
import { createRenewal } from './renewal.ts';
import { createUpload } from './upload.ts';
import { createWakeup } from './wakeup.ts';

export interface UplinkDeps {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  /** This server's version, as the tenant shows it. */
  readonly version: string;
  /** Holds the private keys of the connector, 0600; made when it is not there. */
  readonly folder: string;
  readonly uploadSource: UploadSource;
  /** The port that this site's own console uses. */
  readonly administration: DeviceAdministration;
  /** The account as it is now, with its role; null when it is disabled or gone. */
  readonly resolveLocalActor: (userId: UserId) => Promise<Actor | null>;
  readonly audit: RecordAudit;
  /** PEM of this site's own authority. */
  readonly ownRoot: string;
  /** How many devices are managed here. */
  readonly deviceCount: () => Promise<number>;
  /** The proxy that the tenant is reached through; default: directly. */
  readonly proxy?: ProxySettings | null;
  /** How long the connection rests whose life is measured; default 180 s. */
  readonly idleSeconds?: number;
}

export interface UplinkStatus extends ConnectionState {
  /** Why the last batch did not get through; null when it did, or none was sent. */
  readonly uploadProblem: string | null;
}

/** The site side of cloud attach. Dials out only. */
export interface Uplink extends AsyncDisposable {
  /**
   * Attaches this site to the tenant that the join token names, and links the administrator who made the token
   * to `localUser`. Repeatable after a kill; with a new token of the same tenant it renews the attachment.
   * @throws `attach.*`, `pki.root_mismatch`, and the tenant's own refusals
   */
  attach(joinToken: string, localUser: LocalUser): Promise<Attached>;
  /** cloudAttach, its checks and linkedAdministrators, on an admin listener; before it listens. */
  registerAdmin(app: HttpApp, options: { readonly authorize: Authorize }): void;
  /** Of the uplink, as it is now. */
  status(): UplinkStatus;
  /** Everything that GET cloudAttach shows. */
  describe(): Promise<CloudAttach>;
  /** Keeps the uplink open and the certificate fresh until the signal is aborted. */
  start(signal: AbortSignal): void;
}

/**
 * Builds the site side; starts nothing.
 * @spec docs/protocols/federation.md
 */
export function createUplink(deps: UplinkDeps): Uplink {
  const { profile, database, bus, clock, entropy } = deps;
  const { authorityId } = profile;
  const logger = deps.logger.child({ part: 'uplink' });
  const tasks = createTaskGroup('uplink', logger);
  const attachments = createAttachmentStore(authorityId);
  const cursors = createUploadCursors({ authorityId, database, clock, entropy });
  const keys = createKeyFiles({ folder: deps.folder, clock, entropy });
  const refusals = createRefusalAudit({ ...deps, authorityId, logger });
  const seen = createRelaySeen({ authorityId, database, clock });
  const methods = createRelayMethods(deps.administration, profile.name);
  const links = createLinkedAdministrators({ ...deps, authorityId, attachments });
  const inTurn = createSingleFile();
  const attachmentChanged = createWakeup(clock);
  const changes = createWakeup(clock);
  const route = createRoute(deps.proxy ?? null);
  const siteAttach = createSiteAttach({ ...deps, attachments, cursors, keys, route });

  let status: UplinkStatus = {
    connected: false,
    transport: null,
    reason: 'Not connected: the uplink has not been started.',
    uploadProblem: null,
  };
  const setStatus = (change: Partial<UplinkStatus>): void => {
    const next = { ...status, ...change };
    const isNews =
      next.connected !== status.connected ||
      next.reason !== status.reason ||
      next.transport !== status.transport ||
      next.uploadProblem !== status.uploadProblem;
    status = next;
    if (isNews) bus.publish(LIVE, { topic: 'cloudAttach', ids: [] });
  };

  const idleLimit = createIdleLimit();
  const announce = (): void => bus.publish(LIVE, { topic: 'cloudAttach', ids: [] });
  const idleCheck = createIdleCheck({
    route,
    idleLimit,
    clock,
    onResult: announce,
    ...(deps.idleSeconds !== undefined && { seconds: deps.idleSeconds }),
  });
  const startIdleCheck = (tenant: SurveyedTenant): void =>
    tasks.run('idle connection', (signal) => idleCheck.run(tenant, signal));
  const statusMessages = createStatusMessages({ authorityId, database, clock, entropy });
  const endpointsChanged = createWakeup(clock);
  const monitor = createEndpointMonitor({
    authorityId,
    database,
    attachments,
    route,
    startIdleCheck,
    statusMessages,
    isConnected: () => status.connected,
    attachmentChanged: endpointsChanged,
    clock,
    logger,
    onChanged: announce,
  });
  const prerequisites = createPrerequisites({
    ...deps,
    attachments,
    monitor,
    idleCheck,
    startIdleCheck,
    idleLimit,
    route,
  });

  const upload = createUpload({
    nextBatch: createNextBatch({ authorityId, database, source: deps.uploadSource }),
    cursors,
    wakeup: changes,
    clock,
    entropy,
    logger,
    onState: ({ problem }) => setStatus({ uploadProblem: problem }),
  });
  const keepConnected = createKeepConnected({
    ...deps,
    attachments,
    cursors,
    keys,
    route,
    upload,
    attachmentChanged,
    idleLimit,
    logger,
    async relayHandlerFor(attachment) {
      const { tenant_id: tenantId, connector_id: connectorId, relay_key: relayKey } = attachment;
      const siteName = profile.name;
      return createRelayHandler({
        ...deps,
        authorityId,
        siteName,
        tenantName: attachment.tenant_name,
        verify: await createVerifyRelay({ tenantId, connectorId, siteName, relayKey }, clock),
        seen,
        methods,
        attachments,
        refusals,
        logger,
      });
    },
    onState: (state) => setStatus(state.connected ? state : { ...state, uploadProblem: null }),
  });
  const renewal = createRenewal({
    ...deps,
    authorityId,
    attachments,
    keys,
    route,
    logger,
    inTurn,
    onRenewed: attachmentChanged.wake,
  });

  const attach = async (joinToken: string, localUser: LocalUser): Promise<Attached> => {
    const refusal = {
      activity: 'cloudAttach.attach',
      actor: localUser.name,
      target: null,
      origin: localUser.userId,
    };
    const attached = await refusals.guard(refusal, () =>
      inTurn(() => siteAttach(joinToken, localUser)),
    );
    attachmentChanged.wake();
    endpointsChanged.wake();
    announce();
    return attached;
  };

  const describe = async (): Promise<CloudAttach> => {
    const { epoch: _, ...cursor } = await cursors.read();
    return database.read(authorityId, async (tx) => {
      const attachment = await attachments.read(tx);
      const pendingChanges = attachment
        ? await countChanges(tx, { topics: ['device', 'action'], after: cursor.acknowledged })
        : 0;
      const linked = await attachments.links(tx);
      return {
        state: attachment ? 'attached' : 'notAttached',
        connected: status.connected,
        statusReason: status.uploadProblem ?? status.reason,
        transport: status.transport,
        proxy: attachment ? proxyOf(attachment.tenant_url, route) : null,
        tenantName: attachment?.tenant_name ?? null,
        tenantUrl: attachment?.tenant_url ?? null,
        connectorId: attachment?.connector_id ?? null,
        attachedDateTime: attachment?.attached_at.toISOString() ?? null,
        lastUploadDateTime: cursor.last_upload_at?.toISOString() ?? null,
        pendingChanges,
        linkedAdministrators: linked.map((link) => ({
          tenantUserId: link.tenant_user_id,
          tenantUserName: link.tenant_user_name,
          localUserName: link.local_user_name,
        })),
      };
    });
  };

  let subscription: Disposable | undefined;
  const stop = async (): Promise<void> => {
    subscription?.[Symbol.dispose]();
    await tasks.stop();
  };

  return {
    attach,
    describe,
    status: () => status,
    registerAdmin(app, { authorize }) {
      registerCloudAttachRoutes(app, { authorize, attach, describe, links });
      registerCheckRoutes(app, { authorize, prerequisites, monitor, statusMessages });
    },
    start(signal) {
      subscription = bus.subscribe(CHANGE_LOG, changes.wake);
      tasks.run('keep connected', keepConnected);
      tasks.run('renewal', renewal.run);
      tasks.run('internet endpoints', monitor.run);
      if (signal.aborted) void stop();
      else signal.addEventListener('abort', () => void stop(), { once: true });
    },
    [Symbol.asyncDispose]: stop,
  };
}

function proxyOf(tenantUrl: string, route: Route): string | null {
  return route.proxyTo(gatewayOf(tenantUrl))?.name ?? null;
}
