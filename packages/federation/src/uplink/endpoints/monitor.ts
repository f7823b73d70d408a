import { X509Certificate } from 'node:crypto';
import type { AttachEndpoint } from '@moorline/contracts/admin';
import type { Database } from '@moorline/db';
import type { AuthorityId, Clock, Logger } from '@moorline/kernel';
import { fingerprintOf } from '@moorline/pki';
import type { AttachmentStore } from '../attachment-store.ts';
import { siteAttachErrors } from '../errors.ts';
import type { Route } from '../proxy/route.ts';
import type { Wakeup } from '../wakeup.ts';
import { presentEndpoint } from './present.ts';
import type { StatusMessages } from './status-messages.ts';
import { type Survey, type SurveyedTenant, survey } from './survey.ts';
import { verdictOf } from './verdict.ts';

/** Keeps an eye on what the tenant publishes: at start, when the attachment changes, and hourly. */
export interface EndpointMonitor {
  /** What was last seen of the attached tenant; none before the first look. */
  list(): Promise<readonly AttachEndpoint[]>;
  /** Looks now. @throws `attach.not_attached` */
  check(): Promise<readonly AttachEndpoint[]>;
  /** A look at any tenant that is no older than a few seconds. */
  survey(tenant: SurveyedTenant): Promise<Survey>;
  /** The tenant that this site is attached to. */
  attachedTenant(): Promise<SurveyedTenant | null>;
  run(signal: AbortSignal): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** Several that ask at once share one look. */
const FRESH_MS = 5000;

export function createEndpointMonitor(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly route: Route;
  /** Begins what takes minutes; beside the looks, which must not wait for it. */
  readonly startIdleCheck: (tenant: SurveyedTenant) => void;
  readonly statusMessages: StatusMessages;
  readonly isConnected: () => boolean;
  /** Woken when the attachment is new. */
  readonly attachmentChanged: Wakeup;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onChanged: () => void;
}): EndpointMonitor {
  const { authorityId, database, route, clock, logger } = deps;
  let last: Survey | undefined;
  let shared:
    | { readonly key: string; readonly at: number; readonly look: Promise<Survey> }
    | undefined;

  const attachedTenant = async (): Promise<SurveyedTenant | null> => {
    const row = await database.read(authorityId, deps.attachments.read);
    if (!row) return null;
    const root = new X509Certificate(row.root_certificate);
    return { url: row.tenant_url, rootFingerprint: fingerprintOf(root) };
  };

  const seenOf = (tenant: SurveyedTenant): Survey | undefined =>
    last?.tenant.url === tenant.url && last.tenant.rootFingerprint === tenant.rootFingerprint
      ? last
      : undefined;

  const look = (tenant: SurveyedTenant): Promise<Survey> => {
    const key = `${tenant.url} ${tenant.rootFingerprint}`;
    if (shared?.key !== key || clock.now() - shared.at > FRESH_MS) {
      const known = seenOf(tenant)?.endpoints.map(({ endpoint }) => endpoint) ?? [];
      shared = { key, at: clock.now(), look: survey(tenant, { route, clock, known }) };
    }
    return shared.look;
  };

  const take = async (tenant: SurveyedTenant): Promise<Survey> => {
    const seen = await look(tenant);
    last = seen;
    const verdict = verdictOf(seen, deps.isConnected());
    if (await deps.statusMessages.raise(verdict)) {
      const fields = { messageId: verdict.messageId, message: verdict.message };
      if (verdict.severity === 'info') logger.info(fields, 'internet endpoints checked');
      else logger.warn(fields, 'internet endpoints checked');
    }
    deps.onChanged();
    return seen;
  };

  return {
    attachedTenant,
    survey: look,
    async list() {
      const tenant = await attachedTenant();
      return (tenant ? (seenOf(tenant)?.endpoints ?? []) : []).map(presentEndpoint);
    },
    async check() {
      const tenant = await attachedTenant();
      if (!tenant) throw siteAttachErrors.notAttached();
      shared = undefined;
      return (await take(tenant)).endpoints.map(presentEndpoint);
    },
    async run(signal) {
      while (!signal.aborted) {
        try {
          const tenant = await attachedTenant();
          if (tenant) {
            await take(tenant);
            deps.startIdleCheck(tenant);
          }
        } catch (error) {
          logger.warn({ err: error }, 'internet endpoints could not be checked');
        }
        await deps.attachmentChanged.wait(HOUR_MS, signal);
      }
    },
  };
}
