import { join } from 'node:path';
import { authorize, recordAudit } from '@moorline/authority';
import {
  createUplink,
  readProxySettings,
  UPLINK_AFTER_RESTORE,
  UPLINK_MIGRATIONS,
} from '@moorline/federation';
import type { FederationHalf, HostContext, HostProfile } from '@moorline/host';

/** The on-premises host: manages the devices of its network, and dials out to a tenant when attached. */
export const SITE_PROFILE: HostProfile = {
  kind: 'site',
  managedBy: 'site',
  federationMigrations: UPLINK_MIGRATIONS,
  afterRestore: UPLINK_AFTER_RESTORE,
  createFederation: uplinkHalf,
};

async function uplinkHalf(context: HostContext): Promise<FederationHalf> {
  const { identity, authority } = context;
  const uplink = await createUplink({
    profile: identity,
    database: context.database,
    bus: context.bus,
    clock: context.clock,
    entropy: context.entropy,
    logger: context.logger,
    version: context.version,
    folder: join(context.folder, 'uplink'),
    // The engine is composed after this half: each call looks it up.
    uploadSource: () => authority().uploadSource,
    administration: {
      requestAction: (actor, request) => authority().administration.requestAction(actor, request),
      readAction: (actor, id) => authority().administration.readAction(actor, id),
      cancelAction: (actor, id) => authority().administration.cancelAction(actor, id),
      readActionFile: (actor, id, part) =>
        authority().administration.readActionFile(actor, id, part),
      inventoryOverview: (actor, deviceId) =>
        authority().administration.inventoryOverview(actor, deviceId),
      inventoryDocument: (actor, deviceId, className, page) =>
        authority().administration.inventoryDocument(actor, deviceId, className, page),
      inventoryHistory: (...args) => authority().administration.inventoryHistory(...args),
      inventoryDifference: (...args) => authority().administration.inventoryDifference(...args),
      refreshInventory: (...args) => authority().administration.refreshInventory(...args),
    },
    resolveLocalActor: (userId) => authority().access.authenticator.localActor(userId),
    audit: recordAudit,
    authorize,
    ownRoot: context.issuer.caCertificate,
    deviceCount: () => authority().ownDeviceCount(),
    proxy: context.proxy && (await readProxySettings(context.proxy)),
  });
  return {
    remotes: null,
    registerAdmin: (app) => uplink.registerAdmin(app, { authorize }),
    registerGateway: () => {},
    start: async (signal) => uplink.start(signal),
    [Symbol.asyncDispose]: () => uplink[Symbol.asyncDispose](),
  };
}
