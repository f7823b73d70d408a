import type { LiveEvent } from '@moorline/contracts/admin';
import { type Clock, type Entropy, systemClock, systemEntropy } from '@moorline/kernel';
import { type ActionsClient, createActionsClient } from './actions.ts';
import {
  type AdministratorsClient,
  type AuditEventsClient,
  type ClientSettingsClient,
  type ConnectorsClient,
  createAdministratorsClient,
  createAuditEventsClient,
  createClientSettingsClient,
  createConnectorsClient,
  createEnrolmentTokensClient,
  type EnrolmentTokensClient,
} from './administration.ts';
import {
  type ActionSettingsClient,
  type BulkActionsClient,
  createActionSettingsClient,
  createBulkActionsClient,
} from './bulk-actions.ts';
import { type CloudAttachClient, createCloudAttachClient } from './cloud-attach.ts';
import { type CollectionsClient, createCollectionsClient } from './collections.ts';
import { createDevicesClient, type DevicesClient } from './devices.ts';
import { type LiveEventOptions, liveEvents } from './live-events.ts';
import { createRolesClient, type RolesClient } from './roles.ts';
import {
  createSignInClient,
  createTokensClient,
  type SignInClient,
  type TokensClient,
} from './sign-in.ts';
import { createTransport, type TransportOptions } from './transport.ts';

export interface AdminClientOptions extends TransportOptions {
  /** For waits and reconnections; default: the system's. */
  readonly clock?: Clock | undefined;
  readonly entropy?: Entropy | undefined;
}

/** The admin API of one host. Stateless: each method is one request, or a loop that its `signal` ends. */
export interface AdminClient {
  readonly devices: DevicesClient;
  readonly collections: CollectionsClient;
  readonly actions: ActionsClient;
  readonly bulkActions: BulkActionsClient;
  readonly actionSettings: ActionSettingsClient;
  readonly connectors: ConnectorsClient;
  readonly cloudAttach: CloudAttachClient;
  readonly enrolmentTokens: EnrolmentTokensClient;
  readonly clientSettings: ClientSettingsClient;
  readonly administrators: AdministratorsClient;
  readonly roles: RolesClient;
  readonly auditEvents: AuditEventsClient;
  readonly signIn: SignInClient;
  readonly tokens: TokensClient;
  /** What changes at the host, reconnecting for as long as it is read; see `LiveEvent`. */
  liveEvents(options?: LiveEventOptions): AsyncGenerator<LiveEvent, void, undefined>;
}

/**
 * A client of one host. Nothing is sent before a method is called.
 *
 * With `authorization` it acts as that token's owner; without, in a browser, as whoever is signed in there.
 * Writes carry the header that a foreign page cannot send. Credentials only ever go to `baseUrl`.
 */
export function createAdminClient(options: AdminClientOptions): AdminClient {
  const transport = createTransport(options);
  const deps = {
    transport,
    clock: options.clock ?? systemClock,
    entropy: options.entropy ?? systemEntropy,
  };
  return {
    devices: createDevicesClient(transport),
    collections: createCollectionsClient(transport),
    actions: createActionsClient(deps),
    bulkActions: createBulkActionsClient(transport),
    actionSettings: createActionSettingsClient(transport),
    connectors: createConnectorsClient(transport),
    cloudAttach: createCloudAttachClient(transport),
    enrolmentTokens: createEnrolmentTokensClient(transport),
    clientSettings: createClientSettingsClient(transport),
    administrators: createAdministratorsClient(transport),
    roles: createRolesClient(transport),
    auditEvents: createAuditEventsClient(transport),
    signIn: createSignInClient(transport),
    tokens: createTokensClient(transport),
    liveEvents: (eventOptions = {}) => liveEvents(deps, eventOptions),
  };
}
