import { FEDERATION_PROTOCOL } from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import {
  type AuthorityId,
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  type Logger,
  MoorlineError,
} from '@moorline/kernel';
import type { AttachmentStore } from './attachment-store.ts';
import { BROKE, closeReason } from './close-reason.ts';
import type { UploadCursors } from './cursor-store.ts';
import { dial, dialReason } from './dial.ts';
import type { KeyFiles } from './key-files.ts';
import type { IdleLimit } from './proxy/idle-limit.ts';
import type { Route } from './proxy/route.ts';
import type { HandleRelay } from './relay-handler.ts';
import type { Repair } from './repair.ts';
import type { AttachmentRow } from './tables.ts';
import { createTenantClient, type TenantClient } from './tenant-client.ts';
import { type UplinkTransport, WebSocketBlocked } from './uplink-channel.ts';
import type { Upload } from './upload.ts';
import { type UploadChoices, uploadGreeting } from './upload-settings.ts';
import type { Wakeup } from './wakeup.ts';

export interface ConnectionState {
  readonly connected: boolean;
  /** One sentence: since when, or why not. */
  readonly reason: string;
  /** Null while it is not connected. */
  readonly transport: UplinkTransport | null;
}

const RETRY: BackoffPolicy = { firstMs: 500, maxMs: 20_000 };
/** An uplink that lasted this long was a good one: the next failure is the first again. */
const STABLE_MS = 10_000;
/** After one that was greeted and broke soon, the tenant is there: it is not made to wait longer than this many. */
const FAILURES_AFTER_GREETING = 2;
const IDLE_MS = 3_600_000;
/** How long it goes by long polling before a WebSocket is tried again. */
const WEB_SOCKET_AGAIN_MS = 600_000;
/** WebSockets in a row that were greeted and broke soon: something on the way does not like them. */
const MOST_SHORT_LIVED = 3;

/** What a tenant answers whose administrator has detached this site. */
const REVOKED = 'uplink.connector_revoked';

/** Keeps the uplink open while the site is attached: dials, uploads while it is open, and dials again. */
export type KeepConnected = (signal: AbortSignal) => Promise<void>;

export function createKeepConnected(deps: {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly version: string;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly cursors: UploadCursors;
  readonly keys: KeyFiles;
  readonly route: Route;
  readonly upload: Upload;
  readonly choices: Pick<UploadChoices, 'current'>;
  readonly repair: Pick<Repair, 'run'>;
  readonly relayHandlerFor: (attachment: AttachmentRow) => Promise<HandleRelay>;
  /** Woken when the attachment or its certificate is new: the uplink is dialled anew. */
  readonly attachmentChanged: Wakeup;
  /** Names this program to the tenant: two that differ are two servers. */
  readonly instance: string;
  /** One sentence: that this site is attached to nobody, and since when. */
  readonly notAttachedReason: () => Promise<string>;
  /** The tenant says that this connector has ended. */
  readonly onDetachedByTenant: (connectorId: string) => Promise<void>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly idleLimit: IdleLimit;
  readonly onState: (state: ConnectionState) => void;
}): KeepConnected {
  const { profile, database, cursors, clock, entropy, logger, attachmentChanged } = deps;
  let wasGreeted = false;
  /** Why no WebSocket is dialled, and until when; null: one is. */
  let blocked: { readonly reason: string; readonly until: number } | null = null;
  let shortLived = 0;

  const block = (reason: string): void => {
    blocked = { reason, until: clock.now() + WEB_SOCKET_AGAIN_MS };
    shortLived = 0;
    logger.warn({ reason }, 'no WebSocket gets through: long polling');
  };

  /** By WebSocket, or where none gets through by long polling, until it is time to try one again. */
  const runOnce = async (attachment: AttachmentRow, signal: AbortSignal): Promise<string> => {
    if (blocked && clock.now() >= blocked.until) blocked = null;
    if (!blocked) {
      const startedAt = clock.now();
      try {
        const why = await open(attachment, 'webSocket', signal);
        const isShort = clock.now() - startedAt < STABLE_MS && why === closeReason(BROKE, '');
        shortLived = isShort ? shortLived + 1 : 0;
        if (shortLived >= MOST_SHORT_LIVED)
          block('it broke soon after it was opened, again and again');
        return why;
      } catch (error) {
        if (!(error instanceof WebSocketBlocked) || signal.aborted) throw error;
        block(error.message);
      }
    }
    const again = new AbortController();
    const over = new AbortController();
    const pauseMs = (blocked?.until ?? 0) - clock.now();
    void clock
      .sleep(pauseMs, { signal: over.signal })
      .then(() => again.abort())
      .catch(() => {}); // it ended before
    try {
      return await open(attachment, 'longPolling', AbortSignal.any([signal, again.signal]));
    } catch (error) {
      blocked = null; // the tenant is not there by either way: both are tried again
      throw error;
    } finally {
      over.abort();
    }
  };

  const open = async (
    attachment: AttachmentRow,
    transport: UplinkTransport,
    signal: AbortSignal,
  ): Promise<string> => {
    const { privateKey } = await deps.keys.read(attachment.key_file);
    using client = createTenantClient(
      {
        url: attachment.tenant_url,
        root: attachment.root_certificate,
        identity: { certificate: attachment.certificate, privateKey },
      },
      deps.route,
    );
    const handleRelay = await deps.relayHandlerFor(attachment);
    const { epoch, acknowledged } = await cursors.read();
    const { settings } = await deps.choices.current();
    const ahead = deps.upload.ahead(acknowledged);
    try {
      return await dial(
        {
          tenantUrl: attachment.tenant_url,
          transport,
          client,
          hello: {
            type: 'hello',
            protocol: FEDERATION_PROTOCOL,
            epoch,
            siteName: profile.name,
            siteVersion: deps.version,
            upload: uploadGreeting(settings),
            instance: deps.instance,
          },
          handleRelay,
          whileOpen: (greeting, ended) =>
            whileOpen(attachment, transport, client, ahead, greeting, ended),
          signal,
        },
        { idleLimit: deps.idleLimit, clock, entropy, logger },
      );
    } finally {
      await ahead;
    }
  };

  const whileOpen = async (
    attachment: AttachmentRow,
    transport: UplinkTransport,
    client: TenantClient,
    ahead: ReturnType<Upload['ahead']>,
    greeting: { readonly epoch: string; readonly cursor: string },
    signal: AbortSignal,
  ): Promise<void> => {
    wasGreeted = true;
    deps.onState({
      connected: true,
      transport,
      reason: connectedReason(attachment.tenant_name, transport, blocked?.reason ?? null),
    });
    const start = await cursors.resume(greeting.cursor);
    if (start.kind === 'newEpoch') {
      logger.warn(
        { cursor: greeting.cursor },
        'the change log was put back: everything is sent again',
      );
      return;
    }
    const over = new AbortController();
    const comparing = deps.repair.run(
      client,
      greeting.epoch,
      AbortSignal.any([signal, over.signal]),
    );
    try {
      await deps.upload.run({
        client,
        epoch: greeting.epoch,
        cursor: start.cursor,
        ahead,
        signal,
      });
    } finally {
      over.abort();
      await comparing;
    }
  };

  /** One attempt, ended early when the attachment changes; says how it went. */
  const attempt = async (attachment: AttachmentRow, signal: AbortSignal): Promise<string> => {
    const outdated = new AbortController();
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const watch = attachmentChanged
      .waitUntil(ended)
      .then((isChanged) => (isChanged ? outdated.abort() : undefined));
    try {
      return await runOnce(attachment, AbortSignal.any([signal, outdated.signal]));
    } catch (error) {
      if (!signal.aborted && !outdated.signal.aborted) {
        logger.info({ err: error, tenantUrl: attachment.tenant_url }, 'uplink not open');
      }
      if (error instanceof MoorlineError && error.code === REVOKED) {
        await deps.onDetachedByTenant(attachment.connector_id);
      }
      return dialReason(error);
    } finally {
      over.abort();
      await watch;
      if (outdated.signal.aborted) attachmentChanged.wake(); // for the pause that follows
    }
  };

  return async (signal) => {
    let failures = 0;
    while (!signal.aborted) {
      const attachment = await database.read(profile.authorityId, deps.attachments.read);
      if (!attachment) {
        deps.onState({
          connected: false,
          transport: null,
          reason: await deps.notAttachedReason(),
        });
        await attachmentChanged.wait(IDLE_MS, signal);
        continue;
      }
      const startedAt = clock.now();
      wasGreeted = false;
      const reason = await attempt(attachment, signal);
      if (signal.aborted) break;
      if (wasGreeted) failures = Math.min(failures, FAILURES_AFTER_GREETING);
      if (clock.now() - startedAt >= STABLE_MS) failures = 0;
      const pauseMs = backoffMs(RETRY, failures++, entropy);
      deps.onState({
        connected: false,
        transport: null,
        reason: `Not connected to ${attachment.tenant_name}: ${reason.replace(/\.$/, '')}. It is tried again within ${Math.ceil(pauseMs / 1000)} s.`,
      });
      if (await attachmentChanged.wait(pauseMs, signal)) failures = 0;
    }
    deps.onState({
      connected: false,
      transport: null,
      reason: 'Not connected: this server is stopping.',
    });
  };
}

function connectedReason(
  tenantName: string,
  transport: UplinkTransport,
  blockedBy: string | null,
): string {
  if (transport === 'webSocket') return `Connected to ${tenantName}.`;
  const why = blockedBy === null ? '' : ` (${blockedBy})`;
  return `Connected to ${tenantName} by long polling: a WebSocket does not get through${why}. One is tried again every ${WEB_SOCKET_AGAIN_MS / 60_000} min.`;
}
