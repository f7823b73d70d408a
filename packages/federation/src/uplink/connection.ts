import { FEDERATION_PROTOCOL } from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import {
  type AuthorityId,
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  type Logger,
} from '@moorline/kernel';
import type { AttachmentStore } from './attachment-store.ts';
import type { UploadCursors } from './cursor-store.ts';
import { dial, dialReason } from './dial.ts';
import type { KeyFiles } from './key-files.ts';
import type { Route } from './proxy/route.ts';
import type { HandleRelay } from './relay-handler.ts';
import type { AttachmentRow } from './tables.ts';
import { createTenantClient, type TenantClient } from './tenant-client.ts';
import type { Upload } from './upload.ts';
import type { Wakeup } from './wakeup.ts';

export interface ConnectionState {
  readonly connected: boolean;
  /** One sentence: since when, or why not. */
  readonly reason: string;
}

const RETRY: BackoffPolicy = { firstMs: 500, maxMs: 20_000 };
/** An uplink that lasted this long was a good one: the next failure is the first again. */
const STABLE_MS = 10_000;
/** After one that was greeted and broke soon, the tenant is there: it is not made to wait longer than this many. */
const FAILURES_AFTER_GREETING = 2;
const IDLE_MS = 3_600_000;

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
  readonly relayHandlerFor: (attachment: AttachmentRow) => Promise<HandleRelay>;
  /** Woken when the attachment or its certificate is new: the uplink is dialled anew. */
  readonly attachmentChanged: Wakeup;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly onState: (state: ConnectionState) => void;
}): KeepConnected {
  const { profile, database, cursors, clock, entropy, logger, attachmentChanged } = deps;
  let wasGreeted = false;

  const runOnce = async (attachment: AttachmentRow, signal: AbortSignal): Promise<string> => {
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
    const ahead = deps.upload.ahead(acknowledged);
    try {
      return await dial(
        {
          tenantUrl: attachment.tenant_url,
          client,
          hello: {
            type: 'hello',
            protocol: FEDERATION_PROTOCOL,
            epoch,
            siteName: profile.name,
            siteVersion: deps.version,
          },
          handleRelay,
          whileOpen: (greeting, ended) => whileOpen(attachment, client, ahead, greeting, ended),
          signal,
        },
        { clock, logger },
      );
    } finally {
      await ahead;
    }
  };

  const whileOpen = async (
    attachment: AttachmentRow,
    client: TenantClient,
    ahead: ReturnType<Upload['ahead']>,
    greeting: { readonly epoch: string; readonly cursor: string },
    signal: AbortSignal,
  ): Promise<void> => {
    wasGreeted = true;
    deps.onState({ connected: true, reason: `Connected to ${attachment.tenant_name}.` });
    const start = await cursors.resume(greeting.cursor);
    if (start.kind === 'newEpoch') {
      logger.warn(
        { cursor: greeting.cursor },
        'the change log was put back: everything is sent again',
      );
      return;
    }
    await deps.upload.run({
      client,
      epoch: greeting.epoch,
      cursor: start.cursor,
      ahead,
      signal,
    });
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
          reason: 'Not attached to a tenant: attach this site with a join token.',
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
        reason: `Not connected to ${attachment.tenant_name}: ${reason.replace(/\.$/, '')}. It is tried again within ${Math.ceil(pauseMs / 1000)} s.`,
      });
      if (await attachmentChanged.wait(pauseMs, signal)) failures = 0;
    }
    deps.onState({ connected: false, reason: 'Not connected: this server is stopping.' });
  };
}
