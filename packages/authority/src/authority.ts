import type { Bus } from '@moorline/bus';
import type { Database, Migration } from '@moorline/db';
import type { HttpApp } from '@moorline/http';
import {
  type Clock,
  type ConnectorId,
  createTaskGroup,
  type Entropy,
  type Logger,
} from '@moorline/kernel';
import type {
  DeviceAdministration,
  DeviceNudger,
  DevicePort,
  RemoteActionQueue,
  RemoteAuthorities,
  UploadSink,
  UploadSource,
} from '@moorline/model/ports';
import type { Issuer } from '@moorline/pki';
import { createQueryLanguage } from '@moorline/query-language';
import { ACCESS_MIGRATIONS, type Access, createAccess } from './features/access/index.ts';
import {
  ACTIONS_MIGRATIONS,
  actionRoutes,
  actionSettingsRoutes,
  bulkRoutes,
  createActions,
} from './features/actions/index.ts';
import { AUDIT_MIGRATIONS } from './features/audit/index.ts';
import { createDevices, DEVICES_MIGRATIONS, deviceRoutes } from './features/devices/index.ts';
import {
  createEnrolment,
  ENROLMENT_MIGRATIONS,
  type Enrolment,
  enrolmentRoutes,
} from './features/enrolment/index.ts';
import { batchRoute, eventsRoute, metadataRoute } from './features/graph/index.ts';
import {
  createGroups,
  GROUPS_MIGRATIONS,
  groupRoutes,
  QUERY_CLASSES,
} from './features/groups/index.ts';
import {
  createInventory,
  INVENTORY_MIGRATIONS,
  inventoryRoutes,
} from './features/inventory/index.ts';
import { createPolicy, POLICY_MIGRATIONS, policyRoutes } from './features/policy/index.ts';
import { auditRefused, createRefusals, type Refusals } from './features/refusals/index.ts';
import type { Profile } from './profile.ts';
import { ACCESS_CHANGED } from './topics.ts';
import { createUploadSource } from './upload-source.ts';

/** The authority's tables, in the order in which they are made. */
export const AUTHORITY_MIGRATIONS: readonly Migration[] = [
  ...AUDIT_MIGRATIONS,
  ...ACCESS_MIGRATIONS,
  ...DEVICES_MIGRATIONS,
  ...ENROLMENT_MIGRATIONS,
  ...INVENTORY_MIGRATIONS,
  ...ACTIONS_MIGRATIONS,
  ...POLICY_MIGRATIONS,
  ...GROUPS_MIGRATIONS,
];

const DAY_MS = 86_400_000;

/** Whoever enrols devices, gives them desired state, takes theirs, and sends them actions. */
export interface Authority extends AsyncDisposable {
  /** What device-facing gateways call. */
  readonly devicePort: DevicePort;
  /** What consoles and relays call: the one path to a deed. */
  readonly administration: DeviceAdministration;
  /** Enrolment tokens, and how devices leave. */
  readonly enrolment: Pick<Enrolment, 'tokens' | 'remove' | 'setBlocked'>;
  readonly access: Access;
  /** For gateways: audits what they refuse before it reaches the device port. */
  readonly refusals: Pick<Refusals, 'record'>;
  readonly uploadSource: UploadSource;
  readonly uploadSink: UploadSink;
  readonly remoteActionQueue: RemoteActionQueue;
  /** How many devices each connector has uploaded; one without any may be missing. */
  deviceCountsByOrigin(): Promise<ReadonlyMap<ConnectorId, number>>;
  /** How many devices are managed here. */
  ownDeviceCount(): Promise<number>;
  /** How many of these have been in contact within a day. */
  ownDevicesOfDay(): Promise<number>;
  /** Registers the admin API of devices; call it after the app's authenticator is set. */
  routes(app: HttpApp): void;
  /** Begins the work in the background; it ends when the authority is disposed. Idempotent. */
  start(): Promise<void>;
}

export interface AuthorityDeps {
  readonly profile: Profile;
  /** Open, with AUTHORITY_MIGRATIONS applied. */
  readonly database: Database;
  readonly issuer: Issuer;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly nudger: DeviceNudger;
  /** Null: no device comes from elsewhere. */
  readonly remotes: RemoteAuthorities | null;
  /** Origin of the gateway, `https://host:port`, for invitations. */
  readonly gatewayUrl: () => string;
  /** Where the files that devices send for actions are kept; made when missing. */
  readonly filesFolder: string;
}

/** Composes the authority's features. Nothing runs before `start`. */
export function createAuthority(deps: AuthorityDeps): Authority {
  const { profile, database, clock, logger } = deps;
  const { authorityId } = profile;
  const refusals = createRefusals({ authorityId, database, clock, logger });
  const access = createAccess({
    ...deps,
    authorityId,
    onChanged: () => deps.bus.publish(ACCESS_CHANGED, undefined),
  });
  const devices = createDevices({ ...deps, refusals });
  const inventory = createInventory({ ...deps, refusals });
  const actions = createActions({ ...deps, refusals, presence: devices.presence });
  const policy = createPolicy(deps);
  const language = createQueryLanguage({ classes: QUERY_CLASSES, logger });
  const groups = createGroups({ ...deps, language });
  const enrolment = createEnrolment({
    ...deps,
    devices,
    refusals,
    endActions: actions.endForRemoved,
  });
  const tasks = createTaskGroup('authority', logger);
  let isStarted = false;

  return {
    access,
    refusals,
    enrolment,
    administration: {
      requestAction: actions.requestAction,
      readAction: actions.readAction,
      cancelAction: actions.cancelAction,
      readActionFile: actions.readActionFile,
      inventoryOverview: inventory.inventoryOverview,
      inventoryDocument: inventory.inventoryDocument,
      inventoryHistory: inventory.inventoryHistory,
      inventoryDifference: inventory.inventoryDifference,
      refreshInventory: inventory.refreshInventory,
    },
    devicePort: {
      enrol: enrolment.enrol,
      renew: enrolment.renew,
      authenticate: enrolment.authenticate,
      channelOpened: devices.presence.opened,
      channelClosed: devices.presence.closed,
      contacted: devices.presence.contacted,
      putDocuments: inventory.putDocuments,
      desiredState: policy.desiredState,
      async missed(device, cursor) {
        const [{ documents, removed }, waiting] = await Promise.all([
          policy.desiredState(device, cursor),
          actions.waitingActions(device),
        ]);
        return { desired: documents.length + removed.length > 0, actions: waiting.length > 0 };
      },
      waitingActions: actions.waitingActions,
      reportActions: actions.reportActions,
      putActionFile: actions.putActionFile,
    },
    uploadSource: createUploadSource({
      readDevices: devices.uploadSource.readDevices,
      readActions: actions.uploadSource.readActions,
      groups,
    }),
    uploadSink: {
      ...devices.uploadSink,
      applyActions: actions.uploadSink.applyActions,
      async removeDevices(tx, origin, ids) {
        const removed = await devices.remove(tx, origin, ids);
        await actions.endForRemoved(tx, removed);
      },
    },
    remoteActionQueue: actions.remoteActionQueue,
    deviceCountsByOrigin: devices.countsByOrigin,
    ownDeviceCount: devices.ownCount,
    ownDevicesOfDay: () => devices.ownCountSince(clock.now() - DAY_MS),
    routes(app) {
      auditRefused(app, refusals);
      batchRoute(app);
      metadataRoute(app);
      eventsRoute(app, { ...deps, authorityId });
      deviceRoutes(app, devices);
      enrolmentRoutes(app, { enrolment, devices });
      inventoryRoutes(app, inventory);
      actionRoutes(app, actions);
      bulkRoutes(app, actions);
      actionSettingsRoutes(app, actions.settings);
      policyRoutes(app, policy);
      groupRoutes(app, groups);
    },
    async start() {
      if (isStarted) return;
      isStarted = true;
      tasks.run('presence', devices.presence.run);
      tasks.run('device directory', devices.directory.run);
      tasks.run('actions', actions.run);
      tasks.run('refusals', refusals.run);
      tasks.run('certificates', enrolment.run);
      tasks.run('groups', groups.run);
      tasks.run('inventory history', inventory.run);
    },
    async [Symbol.asyncDispose]() {
      await tasks.stop();
      await language[Symbol.asyncDispose]();
      await devices.presence.flush();
      await refusals.flush();
    },
  };
}
