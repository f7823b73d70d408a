import type { Bus } from '@moorline/bus';
import type { CloudAttach, UploadSettings, UploadState } from '@moorline/contracts/admin';
import type { Database } from '@moorline/db';
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
import { CHANGE_LOG } from '../topics.ts';
import { registerCloudAttachRoutes } from './admin-routes.ts';
import { type Attached, type AttachOptions, createSiteAttach, type LocalUser } from './attach.ts';
import { createAttachAdministration } from './attach-administration.ts';
import { createAttachPlan } from './attach-plan.ts';
import { createAttachmentStore } from './attachment-store.ts';
import { createCeiling } from './ceiling.ts';
import { registerCeilingRoutes } from './ceiling-routes.ts';
import { registerCheckRoutes } from './checks-routes.ts';
import { createCloudAttachReader, notAttachedReason } from './cloud-attach-state.ts';
import { createKeepConnected } from './connection.ts';
import { createConnectorMethods } from './connector-methods.ts';
import { createUploadCursors } from './cursor-store.ts';
import { createDepartures } from './departures.ts';
import { createSiteDetach } from './detach.ts';
import { createKeyFiles } from './key-files.ts';
import { createLinkedAdministrators } from './links.ts';
import { createIdleLimit } from './proxy/idle-limit.ts';
import type { ProxySettings } from './proxy/proxy-settings.ts';
import { createRoute } from './proxy/route.ts';
import { createRenewal } from './renewal.ts';
import { createSiteChecks } from './site-checks.ts';
import { createSiteRelay } from './site-relay.ts';
import { createSiteHealth } from './site-report.ts';
import { createSiteUpload } from './site-upload.ts';
import { createStatusStore, type UplinkStatus } from './status-store.ts';
import { createUploadPreview } from './upload-preview.ts';
import { registerUploadSettingsRoutes } from './upload-settings-routes.ts';
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
  const source = deps.uploadSource;
  const logger = deps.logger.child({ part: 'uplink' });
  const tasks = createTaskGroup('uplink', logger);
  const status = createStatusStore(bus);
  const inTurn = createSingleFile();
  const attachmentChanged = createWakeup(clock);
  const endpointsChanged = createWakeup(clock);
  const toTell = createWakeup(clock);
  const idleLimit = createIdleLimit();
  const attachments = createAttachmentStore(authorityId);
  const cursors = createUploadCursors({ authorityId, database, clock, entropy });
  const keys = createKeyFiles({ folder: deps.folder, clock, entropy });
  const route = createRoute(deps.proxy ?? null);
  const refusals = createRefusalAudit({ ...deps, authorityId, logger });
  const departures = createDepartures({
    authorityId,
    database,
    keys,
    route,
    wakeup: toTell,
    clock,
    entropy,
    logger,
    onTold: status.announce,
  });
  /** What every part works with. */
  const parts = {
    ...deps,
    authorityId,
    logger,
    tasks,
    source,
    status,
    attachments,
    cursors,
    keys,
    route,
    idleLimit,
    refusals,
    departures,
    inTurn,
    attachmentChanged,
  };

  const links = createLinkedAdministrators(parts);
  const ceiling = createCeiling(parts);
  const upload = createSiteUpload(parts);
  const { choices } = upload;
  const checks = createSiteChecks({ ...parts, attachmentChanged: endpointsChanged });
  const { monitor } = checks;
  const renewal = createRenewal({ ...parts, onRenewed: attachmentChanged.wake });
  const health = createSiteHealth({ ...parts, upload: upload.state, endpoints: monitor.list });
  const connectorMethods = createConnectorMethods({ ...parts, health, monitor, renewal, upload });
  const administration = createAttachAdministration({
    ...parts,
    siteAttach: createSiteAttach(parts),
    siteDetach: createSiteDetach(parts),
    toTell,
    onChanged() {
      attachmentChanged.wake();
      endpointsChanged.wake();
      status.announce();
    },
  });
  const keepConnected = createKeepConnected({
    ...parts,
    upload: upload.upload,
    choices,
    repair: upload.repair,
    instance: uuidv7(clock, entropy),
    notAttachedReason: async () =>
      notAttachedReason(await database.read(authorityId, departures.last)),
    onDetachedByTenant: administration.endedByTenant,
    relayHandlerFor: createSiteRelay({ ...parts, connectorMethods, choices, ceiling }),
    onState: (state) => status.change(state.connected ? state : { ...state, uploadProblem: null }),
  });
  const plan = createAttachPlan({
    ...parts,
    choices,
    isConnected: () => status.read().connected,
  });
  const describe = createCloudAttachReader(parts);
  const { attach, detach } = administration;

  let subscription: Disposable | undefined;
  const stop = async (): Promise<void> => {
    subscription?.[Symbol.dispose]();
    await tasks.stop();
  };

  return {
    attach,
    detach,
    describe,
    uploadState: upload.state,
    uploadSettings: async () => (await choices.current()).settings,
    status: status.read,
    registerAdmin(app, { authorize }) {
      registerCloudAttachRoutes(app, { authorize, attach, detach, describe, links });
      registerUploadSettingsRoutes(app, {
        authorize,
        choices,
        preview: createUploadPreview({ source, choices }),
        plan,
        uploadState: upload.state,
        resync: upload.resync,
      });
      registerCeilingRoutes(app, { authorize, ceiling });
      registerCheckRoutes(app, { authorize, ...checks });
    },
    start(signal) {
      subscription = bus.subscribe(CHANGE_LOG, upload.wake);
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
