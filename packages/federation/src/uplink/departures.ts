import { FEDERATION_PATHS } from '@moorline/contracts/federation';
import { type Database, sqlOf } from '@moorline/db';
import {
  type AuthorityId,
  asMoorlineError,
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  type Logger,
  uuidv7,
} from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import type { KeyFiles } from './key-files.ts';
import { problemOf } from './problem.ts';
import type { Route } from './proxy/route.ts';
import type { AttachmentRow, DepartureRow, UplinkTables } from './tables.ts';
import { createTenantClient } from './tenant-client.ts';
import type { Wakeup } from './wakeup.ts';

/**
 * The attachments that have ended. A tenant that could not be reached then is told as soon as it can be: until that
 * it shows devices that are no longer there.
 */
export interface Departures {
  /** The last one; undefined when there was none. */
  last(tx: Transaction): Promise<DepartureRow | undefined>;
  /** In the transaction that ends the attachment. `keyFile`: null when the tenant knows already. */
  note(
    tx: Transaction,
    attachment: AttachmentRow,
    end: { readonly by: string; readonly keyFile: string | null },
  ): Promise<void>;
  /** In the transaction that attaches to this tenant: what is left to be told is no longer so. */
  cancel(tx: Transaction, tenantId: string): Promise<void>;
  /** Tells every tenant that is still to be told; true when none is left. */
  tell(signal: AbortSignal): Promise<boolean>;
  /** Goes on telling, with pauses, until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

const KEPT = 20;
const RETRY: BackoffPolicy = { firstMs: 1000, maxMs: 60_000 };
const IDLE_MS = 3_600_000;
const ASK_MS = 20_000;

export function createDepartures(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly keys: KeyFiles;
  readonly route: Route;
  /** Woken when something is to be told. */
  readonly wakeup: Wakeup;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly onTold: () => void;
}): Departures {
  const { authorityId, database, keys, clock, entropy, logger } = deps;

  const rows = (tx: Transaction) =>
    sqlOf<UplinkTables>(tx)
      .selectFrom('departures')
      .selectAll()
      .where('authority_id', '=', authorityId);

  const settle = async (row: DepartureRow, problem: string | null): Promise<void> => {
    await database.transaction(authorityId, (tx) =>
      sqlOf<UplinkTables>(tx)
        .updateTable('departures')
        .set({ key_file: null, told_at: problem === null ? new Date(clock.now()) : null, problem })
        .where('authority_id', '=', authorityId)
        .where('id', '=', row.id)
        .execute(),
    );
    if (row.key_file) await keys.remove(row.key_file);
    logger.info({ tenant: row.tenant_name, problem }, 'the end of an attachment was told');
    deps.onTold();
  };

  /** True when nothing more is to be done about it. */
  const tellOne = async (row: DepartureRow, signal: AbortSignal): Promise<boolean> => {
    if (row.key_file === null) return true;
    try {
      const { privateKey } = await keys.read(row.key_file);
      using client = createTenantClient(
        {
          url: row.tenant_url,
          root: row.root_certificate,
          identity: { certificate: row.certificate, privateKey },
        },
        deps.route,
      );
      const body = JSON.stringify({
        by: row.detached_by,
        at: row.detached_at.toISOString(),
      });
      const answer = await client.post(FEDERATION_PATHS.detach, body, {
        signal,
        timeoutMs: ASK_MS,
      });
      if (answer.status !== 204) throw problemOf(answer);
      await settle(row, null);
      return true;
    } catch (thrown) {
      if (signal.aborted) return false;
      const error = asMoorlineError(thrown);
      // It ended the connector itself, or does not know it any more: there is nobody left to be told.
      if (KNOWN_ALREADY.has(error.code)) {
        await settle(row, null);
        return true;
      }
      if (error.kind === 'failure') {
        await settle(row, error.message);
        return true;
      }
      logger.debug({ err: thrown }, 'the tenant could not be told yet');
      return false;
    }
  };

  const tell = async (signal: AbortSignal): Promise<boolean> => {
    const open = await database.read(authorityId, (tx) =>
      rows(tx).where('key_file', 'is not', null).orderBy('id').execute(),
    );
    let isDone = true;
    for (const row of open) isDone = (await tellOne(row, signal)) && isDone;
    return isDone;
  };

  return {
    tell,
    last: (tx) => rows(tx).orderBy('id', 'desc').limit(1).executeTakeFirst(),
    async note(tx, attachment, { by, keyFile }) {
      const now = new Date(clock.now());
      await sqlOf<UplinkTables>(tx)
        .insertInto('departures')
        .values({
          authority_id: authorityId,
          id: uuidv7(clock, entropy),
          tenant_id: attachment.tenant_id,
          tenant_name: attachment.tenant_name,
          tenant_url: attachment.tenant_url,
          root_certificate: attachment.root_certificate,
          certificate: attachment.certificate,
          key_file: keyFile,
          detached_at: now,
          detached_by: by,
          told_at: keyFile === null ? now : null,
          problem: null,
        })
        .execute();
      const kept = await rows(tx).select('id').orderBy('id', 'desc').limit(KEPT).execute();
      const oldest = kept[KEPT - 1];
      if (!oldest) return;
      await sqlOf<UplinkTables>(tx)
        .deleteFrom('departures')
        .where('authority_id', '=', authorityId)
        .where('id', '<', oldest.id)
        .where('key_file', 'is', null)
        .execute();
    },
    async cancel(tx, tenantId) {
      const left = await rows(tx)
        .where('tenant_id', '=', tenantId)
        .where('key_file', 'is not', null)
        .execute();
      for (const { id, key_file } of left) {
        await sqlOf<UplinkTables>(tx)
          .updateTable('departures')
          .set({ key_file: null, told_at: new Date(clock.now()) })
          .where('authority_id', '=', authorityId)
          .where('id', '=', id)
          .execute();
        if (key_file) tx.afterCommit(() => void keys.remove(key_file));
      }
    },
    async run(signal) {
      let failures = 0;
      while (!signal.aborted) {
        let isDone = false;
        try {
          isDone = await tell(signal);
        } catch (err) {
          logger.warn({ err }, 'the end of an attachment could not be told');
        }
        failures = isDone ? 0 : failures + 1;
        const pauseMs = isDone ? IDLE_MS : backoffMs(RETRY, failures, entropy);
        if (await deps.wakeup.wait(pauseMs, signal)) failures = 0;
      }
    },
  };
}

const KNOWN_ALREADY: ReadonlySet<string> = new Set([
  'uplink.connector_revoked',
  'uplink.connector_unknown',
  'uplink.certificate_revoked',
]);
