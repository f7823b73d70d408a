import { FIRST_POSITION } from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import type { AuthorityId, Clock } from '@moorline/kernel';
import type { RecordAudit } from '../ports.ts';
import { isPrintable } from '../text-safety.ts';
import type { ConnectorEvents } from './connector-events.ts';
import type { ConnectorStore } from './connector-store.ts';
import type { ConnectorDirectory, UploadFacts } from './directory.ts';
import { downlinkErrors } from './errors.ts';
import type { TakeHello } from './sessions.ts';

/**
 * Takes a site's `hello`: keeps what it says of itself, notes what is news of it, and answers from where its log goes on.
 * @throws (from the function) `uplink.connector_unknown`, `uplink.connector_revoked`, `uplink.certificate_revoked`
 */
export function createTakeHello(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly connectors: ConnectorStore;
  readonly events: ConnectorEvents;
  readonly directory: Pick<ConnectorDirectory, 'set'>;
  readonly clock: Clock;
  readonly audit: RecordAudit;
}): TakeHello {
  const { authorityId, database, connectors, events, directory, clock } = deps;

  return ({ connectorId, serial, remoteAddress, transport }, hello) =>
    database.transaction(authorityId, async (tx) => {
      const row = await connectors.find(tx, connectorId, { lock: true });
      if (!row) throw downlinkErrors.connectorUnknown({ connectorId });
      const { display_name: name } = row;
      const isOtherLog = row.epoch !== hello.epoch && row.cursor !== FIRST_POSITION;
      if (row.revoked_at) throw downlinkErrors.connectorRevoked({ name });
      if (row.certificate_serial !== serial) throw downlinkErrors.certificateRevoked({ name });
      // Another change log: what it holds is not known to be here, so all of it is asked for again.
      const cursor = row.epoch === hello.epoch ? row.cursor : FIRST_POSITION;
      const renamed = isPrintable(hello.siteName) ? hello.siteName : name;
      const upload: UploadFacts = hello.upload ?? {
        permissions: 'siteAndTenant',
        categories: null,
      };
      await connectors.update(tx, connectorId, {
        epoch: hello.epoch,
        cursor,
        display_name: renamed,
        site_version: hello.siteVersion,
        protocol: hello.protocol,
        connected_at: new Date(clock.now()),
        permissions: upload.permissions,
        upload_categories: upload.categories,
      });
      tx.afterCommit(() => directory.set(connectorId, renamed, upload));
      if (isOtherLog) {
        await events.note(tx, connectorId, {
          kind: 'changeLogReplaced',
          severity: 'warning',
          message: `${renamed} came with another change log: it was put back from a backup, or made anew. Everything is sent again; nothing is done again.`,
        });
      }
      await events.note(tx, connectorId, {
        kind: 'connected',
        severity: 'info',
        message: `Connected from ${remoteAddress} by ${transport === 'webSocket' ? 'WebSocket' : 'long polling'}, version ${hello.siteVersion}.`,
      });
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
}
