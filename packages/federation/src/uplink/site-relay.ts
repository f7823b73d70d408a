import type { Database } from '@moorline/db';
import type { AuthorityId, Clock, Logger, UserId } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import type { DeviceAdministration, UploadSource } from '@moorline/model/ports';
import type { RefusalAudit } from '../refusal-audit.ts';
import type { AttachmentStore } from './attachment-store.ts';
import type { Ceiling } from './ceiling.ts';
import { createRelayHandler, type HandleRelay } from './relay-handler.ts';
import { type ConnectorMethods, createRelayMethods } from './relay-methods.ts';
import { createRelaySeen } from './relay-seen.ts';
import { createVerifyRelay } from './relay-verify.ts';
import type { AttachmentRow } from './tables.ts';
import type { UploadChoices } from './upload-settings.ts';
import { forUploadedOnly } from './uploaded-only.ts';

/** What answers the relay requests of the tenant that an attachment names: verified by its key, each taken once. */
export function createSiteRelay(deps: {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly administration: DeviceAdministration;
  readonly connectorMethods: ConnectorMethods;
  readonly uploadSource: () => UploadSource;
  readonly choices: Pick<UploadChoices, 'current'>;
  readonly ceiling: Pick<Ceiling, 'read'>;
  readonly resolveLocalActor: (userId: UserId) => Promise<Actor | null>;
  readonly refusals: RefusalAudit;
  readonly clock: Clock;
  readonly logger: Logger;
}): (attachment: AttachmentRow) => Promise<HandleRelay> {
  const { choices, ceiling, clock } = deps;
  const { authorityId, name: siteName } = deps.profile;
  const seen = createRelaySeen({ ...deps, authorityId });
  const methods = forUploadedOnly(
    createRelayMethods(deps.administration, siteName, deps.connectorMethods),
    { choices, source: deps.uploadSource, siteName },
  );

  return async (attachment) => {
    const { tenant_id: tenantId, connector_id: connectorId, relay_key: relayKey } = attachment;
    return createRelayHandler({
      ...deps,
      authorityId,
      siteName,
      tenantName: attachment.tenant_name,
      verify: await createVerifyRelay({ tenantId, connectorId, siteName, relayKey }, clock),
      seen,
      methods,
      decidedBy: async () => (await choices.current()).settings.permissions,
      ceiling: async () => (await ceiling.read()).permissions,
    });
  };
}
