import { join } from 'node:path';
import { actionFigures, authorize, heldDevices, recordAudit } from '@moorline/authority';
import { createDownlink, DOWNLINK_MIGRATIONS } from '@moorline/federation';
import type { FederationHalf, HostContext, HostProfile } from '@moorline/host';

/** The cloud host: manages devices of its own, and answers the sites that dial in. */
export const TENANT_PROFILE: HostProfile = {
  kind: 'tenant',
  managedBy: 'tenant',
  federationMigrations: DOWNLINK_MIGRATIONS,
  createFederation: downlinkHalf,
};

async function downlinkHalf(context: HostContext): Promise<FederationHalf> {
  const { identity, authority } = context;
  const downlink = await createDownlink({
    profile: identity,
    version: context.version,
    database: context.database,
    issuer: context.issuer,
    bus: context.bus,
    clock: context.clock,
    entropy: context.entropy,
    logger: context.logger,
    limiter: context.limiter,
    gatewayUrl: context.gatewayUrl,
    uploadSink: () => authority().uploadSink,
    remoteActionQueue: () => authority().remoteActionQueue,
    deviceCounts: () => authority().deviceCountsByOrigin(),
    heldDevices,
    actionFigures: (origin) =>
      actionFigures({ ...context, authorityId: identity.authorityId }, origin),
    relayKeyFolder: join(context.folder, 'pki'),
    audit: recordAudit,
  });
  return {
    remotes: downlink.remotes,
    registerAdmin: (app) => downlink.registerAdmin(app, { authorize }),
    registerGateway: (listener) => downlink.registerGateway(listener),
    start: (signal) => downlink.start(signal),
    [Symbol.asyncDispose]: () => downlink[Symbol.asyncDispose](),
  };
}
