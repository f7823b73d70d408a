import type { Bus } from '@moorline/bus';
import type { CloudAttach, UploadSettings, UploadState } from '@moorline/contracts/admin';
import { countChanges, type Database } from '@moorline/db';
import type { HttpApp } from '@moorline/http';
import {
  type AuthorityId,
  type Clock,
  createTaskGroup,
  type Entropy,
  type Logger,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import type { DeviceAdministration, UploadSource } from '@moorline/model/ports';
import type { Authorize, RecordAudit } from '../ports.ts';
import { createRefusalAudit } from '../refusal-audit.ts';
import { createSingleFile } from '../single-file.ts';
import { CHANGE_LOG, LIVE } from '../topics.ts';
import { createActionProgress } from './action-progress.ts';
import { registerCloudAttachRoutes } from './admin-routes.ts';
import { type Attached, type AttachOptions, createSiteAttach, type LocalUser } from './attach.ts';
import { createAttachPlan } from './attach-plan.ts';
import { createAttachmentStore } from './attachment-store.ts';
import { createNextBatch, UPLOAD_TOPICS } from './batch-encode.ts';
import { createCeiling } from './ceiling.ts';
import { registerCeilingRoutes } from './ceiling-routes.ts';
import { registerCheckRoutes } from './checks-routes.ts';
import { type ConnectionState, createKeepConnected } from './connection.ts';
import { createUploadCursors } from './cursor-store.ts';
import { createDepartures } from './departures.ts';
import { createSiteDetach } from './detach.ts';
import { createCompareDigests } from './digests.ts';
import { createIdleCheck } from './endpoints/idle-check.ts';
import { createEndpointMonitor } from './endpoints/monitor.ts';
import { createStatusMessages } from './endpoints/status-messages.ts';
import { gatewayOf, type SurveyedTenant } from './endpoints/survey.ts';
import { siteAttachErrors } from './errors.ts';
import { createFullSync } from './full-sync.ts';
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
import { createRepair } from './repair.ts';
import { createSiteHealth } from './site-report.ts';
import type { DepartureRow } from './tables.ts';
import { createUpload } from './upload.ts';
import { createUploadJournal } from './upload-journal.ts';
import { createUploadPreview } from './upload-preview.ts';
import { nextRunOf, type Permit } from './upload-schedule.ts';
import { createUploadChoices, uploadGreeting } from './upload-settings.ts';
import { registerUploadSettingsRoutes } from './upload-settings-routes.ts';
import { createUploadStateReader } from './upload-state.ts';
import { forUploadedOnly } from './uploaded-only.ts';
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
  /** Late-bound: the engine that offers it may be composed after this half. */
  readonly uploadSource: () => UploadSource;
  /** The port that this site's own console uses. */
  readonly administration: DeviceAdministration;
  /** The account as it is now, with its role; null when it is disabled or gone. */
  readonly resolveLocalActor: (userId: UserId) => Promise<Actor | null>;
  readonly audit: RecordAudit;
  /** Decides what the tenant's administrators may ask of the connection itself, as the local ones they are linked to. */
  readonly authorize: Authorize;
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

/** How long an answer over an uplink has before the uplink is dialled anew because of it. */
const ANSWER_MS = 500;
/** How long who detaches waits for the tenant to be told. */
const TELL_MS = 5000;

/** The site side of cloud attach. Dials out only. */
export interface Uplink extends AsyncDisposable {
  /**
   * Attaches this site to the tenant that the join token names, and links the administrator who made the token
   * to `localUser`. Repeatable after a kill; with a new token of the same tenant it renews the attachment.
   * @throws `attach.*`, `pki.root_mismatch`, and the tenant's own refusals
   */
  attach(joinToken: string, localUser: LocalUser, options?: AttachOptions): Promise<Attached>;
  /**
   * Ends the attachment in the name of this administrator of the site. The tenant is told at once, or when it can be
   * reached. @throws `attach.not_attached`
   */
  detach(name: string): Promise<void>;
  /** cloudAttach, its checks and linkedAdministrators, on an admin listener; before it listens. */
  registerAdmin(app: HttpApp, options: { readonly authorize: Authorize }): void;
  /** Of the uplink, as it is now. */
  status(): UplinkStatus;
  /** Everything that GET cloudAttach shows. */
  describe(): Promise<CloudAttach>;
  /** How the upload goes. */
  uploadState(): Promise<UploadState>;
  /** What leaves this site, when, and whose permissions decide. */
  uploadSettings(): Promise<UploadSettings>;
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
  const links = createLinkedAdministrators({ ...deps, authorityId, attachments });
  const ceiling = createCeiling({ ...deps, authorityId });
  const inTurn = createSingleFile();
  const attachmentChanged = createWakeup(clock);
  const changes = createWakeup(clock);
  const route = createRoute(deps.proxy ?? null);
  const toTell = createWakeup(clock);
  const departures = createDepartures({
    authorityId,
    database,
    keys,
    route,
    wakeup: toTell,
    clock,
    entropy,
    logger,
    onTold: () => announce(),
  });
  const siteAttach = createSiteAttach({ ...deps, attachments, cursors, keys, departures, route });
  const siteDetach = createSiteDetach({
    ...deps,
    authorityId,
    attachments,
    cursors,
    keys,
    departures,
  });

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

  const health = createSiteHealth({
    ...deps,
    attachments,
    upload: () => uploadState(),
    endpoints: monitor.list,
  });
  const allMethods = createRelayMethods(deps.administration, profile.name, {
    async probe() {
      const startedAt = clock.now();
      await health.throughQueue();
      const report = await health.report();
      return { tookMs: Math.max(0, clock.now() - startedAt), report };
    },
    async checkEndpoints() {
      await monitor.check();
      return { report: await health.report() };
    },
    async rotateCertificate(actor) {
      await deps.authorize(actor, 'connectors.manage');
      const renewAfter = await renewal.renewNow(tasks.signal);
      // The answer goes over the uplink that is dialled anew because of it.
      tasks.run('dial anew', async (signal) => {
        await clock.sleep(ANSWER_MS, { signal }).catch(() => {}); // stopping
        attachmentChanged.wake();
      });
      return { renewAfter };
    },
    async resync(actor, { full }) {
      await deps.authorize(actor, 'connectors.manage');
      await resync(full);
      return { report: await health.report() };
    },
    async pauseUpload(actor, { isPaused }) {
      await deps.authorize(actor, 'connectors.manage');
      await choices.change(actor, { paused: isPaused }, null);
      return { report: await health.report() };
    },
  });

  const source = deps.uploadSource;
  const choices = createUploadChoices({
    authorityId,
    database,
    attachments,
    source,
    clock,
    logger,
    audit: deps.audit,
    onChanged(before, after) {
      wakeUpload();
      announce();
      // What the tenant is told of them, it is told in the greeting.
      if (JSON.stringify(uploadGreeting(before)) !== JSON.stringify(uploadGreeting(after))) {
        attachmentChanged.wake();
      }
    },
  });
  const actionChanges = createWakeup(clock);
  const wakeUpload = (): void => {
    journal.changed();
    changes.wake();
    actionChanges.wake();
  };
  const methods = forUploadedOnly(allMethods, { choices, source, siteName: profile.name });
  let permit: Permit = { kind: 'now' };
  const journal = createUploadJournal({
    clock,
    logger,
    nextRun: () => nextRunOf(permit),
  });
  const repair = createRepair({
    authorityId,
    database,
    source,
    choices,
    compareDigests: createCompareDigests({ authorityId, database, source }),
    clock,
    logger,
    reason: () => status.reason,
    onNoted: wakeUpload,
    onState: announce,
  });
  const upload = createUpload({
    nextBatch: createNextBatch({ authorityId, database, source, choices }),
    cursors,
    wakeup: changes,
    clock,
    entropy,
    logger,
    choices,
    journal,
    meanwhile: createActionProgress({
      authorityId,
      database,
      source,
      wakeup: actionChanges,
      logger,
    }),
    onProgress: ({ problem }) => setStatus({ uploadProblem: problem }),
    onPermit(next) {
      const isNews = JSON.stringify(next) !== JSON.stringify(permit);
      permit = next;
      if (isNews) announce();
    },
    onBegin: () => fullSync.connected(),
    onCaughtUp: () => fullSync.caughtUp(),
  });
  const fullSync = createFullSync({
    authorityId,
    database,
    cursors,
    source,
    choices,
    onNoted: wakeUpload,
    async onCaughtUp(wasFull) {
      repair.caughtUp();
      if (wasFull) announce();
    },
  });
  const uploadState = createUploadStateReader({
    ...deps,
    authorityId,
    attachments,
    cursors,
    choices,
    journal,
    repair,
    source,
    status: () => status,
    permit: () => permit,
  });
  const resync = async (full: boolean): Promise<void> => {
    if (!(await isAttached())) throw siteAttachErrors.notAttached();
    if (full) await fullSync.begin();
    else await repair.compare();
  };
  const plan = createAttachPlan({
    profile,
    database,
    attachments,
    choices,
    route,
    source,
    isConnected: () => status.connected,
  });
  const keepConnected = createKeepConnected({
    ...deps,
    attachments,
    cursors,
    keys,
    route,
    upload,
    choices,
    repair,
    attachmentChanged,
    instance: uuidv7(clock, entropy),
    async notAttachedReason() {
      const last = await database.read(authorityId, departures.last);
      return notAttachedReason(last);
    },
    async onDetachedByTenant(connectorId) {
      await inTurn(() => siteDetach.byTenant(connectorId));
      attachmentChanged.wake();
      endpointsChanged.wake();
      announce();
    },
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
        decidedBy: async () => (await choices.current()).settings.permissions,
        ceiling: async () => (await ceiling.read()).permissions,
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

  const attach: Uplink['attach'] = async (joinToken, localUser, options) => {
    const refusal = {
      activity: 'cloudAttach.attach',
      actor: localUser.name,
      target: null,
      origin: localUser.userId,
    };
    const attached = await refusals.guard(refusal, () =>
      inTurn(() => siteAttach(joinToken, localUser, options)),
    );
    attachmentChanged.wake();
    endpointsChanged.wake();
    announce();
    return attached;
  };

  const detach = async (name: string): Promise<void> => {
    await inTurn(() => siteDetach.byAdministrator(name));
    attachmentChanged.wake();
    endpointsChanged.wake();
    announce();
    // A tenant that is there knows before this is answered.
    const late = new AbortController();
    const limit = clock.sleep(TELL_MS, { signal: late.signal }).catch(() => {}); // told in time
    await Promise.race([departures.tell(tasks.signal).catch(() => false), limit]);
    late.abort();
    toTell.wake();
  };

  const isAttached = async (): Promise<boolean> =>
    (await database.read(authorityId, attachments.read)) !== undefined;

  const describe = async (): Promise<CloudAttach> => {
    const cursor = await cursors.read();
    return database.read(authorityId, async (tx) => {
      const attachment = await attachments.read(tx);
      const pendingChanges = attachment
        ? await countChanges(tx, { topics: UPLOAD_TOPICS, after: cursor.acknowledged })
        : 0;
      const linked = await attachments.links(tx);
      const last = await departures.last(tx);
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
        lastDetached: last
          ? {
              tenantName: last.tenant_name,
              detachedDateTime: last.detached_at.toISOString(),
              detachedBy: last.detached_by,
              isTenantTold: last.told_at !== null,
              problem: last.problem,
            }
          : null,
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
    detach,
    describe,
    uploadState,
    uploadSettings: async () => (await choices.current()).settings,
    status: () => status,
    registerAdmin(app, { authorize }) {
      registerCloudAttachRoutes(app, { authorize, attach, detach, describe, links });
      registerUploadSettingsRoutes(app, {
        authorize,
        choices,
        preview: createUploadPreview({ source, choices }),
        plan,
        uploadState,
        resync,
      });
      registerCeilingRoutes(app, { authorize, ceiling });
      registerCheckRoutes(app, { authorize, prerequisites, monitor, statusMessages });
    },
    start(signal) {
      subscription = bus.subscribe(CHANGE_LOG, wakeUpload);
      tasks.run('keep connected', keepConnected);
      tasks.run('renewal', renewal.run);
      tasks.run('internet endpoints', monitor.run);
      tasks.run('departures', departures.run);
      if (signal.aborted) void stop();
      else signal.addEventListener('abort', () => void stop(), { once: true });
    },
    [Symbol.asyncDispose]: stop,
  };
}

function notAttachedReason(last: DepartureRow | undefined): string {
  const what = 'attach this site with a join token.';
  if (!last) return `Not attached to a tenant: ${what}`;
  const by = last.detached_by === last.tenant_name ? 'by the tenant' : `by ${last.detached_by}`;
  return `Not attached to a tenant: detached from ${last.tenant_name} ${by}. To attach it again, to that tenant or another, ${what}`;
}

function proxyOf(tenantUrl: string, route: Route): string | null {
  return route.proxyTo(gatewayOf(tenantUrl))?.name ?? null;
}
