import { createPrivateKey, X509Certificate } from 'node:crypto';
import { FEDERATION_PATHS, RenewConnectorAnswer } from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import {
  type AuthorityId,
  type BackoffPolicy,
  backoffMs,
  type Clock,
  type Entropy,
  type Logger,
} from '@moorline/kernel';
import { Compile } from 'typebox/compile';
import type { RecordAudit } from '../ports.ts';
import type { AttachmentStore } from './attachment-store.ts';
import { siteAttachErrors } from './errors.ts';
import type { KeyFiles } from './key-files.ts';
import { problemOf } from './problem.ts';
import type { Route } from './proxy/route.ts';
import type { AttachmentRow } from './tables.ts';
import { createTenantClient } from './tenant-client.ts';

const CHECK_MS = 3_600_000;
const RETRY: BackoffPolicy = { firstMs: 60_000, maxMs: CHECK_MS };
const answerOf = Compile(RenewConnectorAnswer);

/**
 * Renews the connector's certificate at two thirds of its life, with a new key. The present one stays good until
 * the new one is first used, so a kill at any point leaves one that works.
 */
export interface Renewal {
  /** Looks once; true when a new certificate was stored. */
  renewIfDue(signal: AbortSignal): Promise<boolean>;
  /**
   * Renews whether it is due or not; answers when the next one is. The uplink is dialled anew a moment later.
   * @throws `attach.not_attached`, and the tenant's own refusals
   */
  renewNow(signal: AbortSignal): Promise<string>;
  /** Looks every hour until the signal is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export function createRenewal(deps: {
  readonly authorityId: AuthorityId;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly keys: KeyFiles;
  readonly route: Route;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly audit: RecordAudit;
  /** Attaching and renewing take turns: both replace the same certificate. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly onRenewed: () => void;
}): Renewal {
  const { authorityId, database, attachments, keys, clock, entropy, logger } = deps;

  const renew = async (present: AttachmentRow, signal: AbortSignal): Promise<string> => {
    const { privateKey } = await keys.read(present.key_file);
    const next = await keys.unused(present.key_file);
    using client = createTenantClient(
      {
        url: present.tenant_url,
        root: present.root_certificate,
        identity: { certificate: present.certificate, privateKey },
      },
      deps.route,
    );
    const body = JSON.stringify({ csr: next.csr });
    const answer = await client.post(FEDERATION_PATHS.renew, body, { signal });
    if (answer.status !== 200) throw problemOf(answer);
    const { body: value } = answer;
    if (!answerOf.Check(value) || !isFor(value, next.privateKey)) {
      throw siteAttachErrors.tenantAnswerMalformed({ url: present.tenant_url });
    }
    await database.transaction(authorityId, async (tx) => {
      await attachments.renewed(tx, {
        certificate: value.certificate,
        key_file: next.name,
        renew_after: new Date(value.renewAfter),
      });
      await deps.audit(tx, {
        activity: 'cloudAttach.renewCertificate',
        actor: 'uplink',
        target: present.connector_id,
        result: 'success',
        details: { renewAfter: value.renewAfter },
        at: clock.now(),
      });
    });
    await keys.keepOnly(next.name);
    logger.info({ renewAfter: value.renewAfter }, 'connector certificate renewed');
    return value.renewAfter;
  };

  const renewIfDue = (signal: AbortSignal): Promise<boolean> =>
    deps.inTurn(async () => {
      const present = await database.read(authorityId, attachments.read);
      if (!present || present.renew_after.getTime() > clock.now()) return false;
      await renew(present, signal);
      deps.onRenewed();
      return true;
    });

  const renewNow = (signal: AbortSignal): Promise<string> =>
    deps.inTurn(async () => {
      const present = await database.read(authorityId, attachments.read);
      if (!present) throw siteAttachErrors.notAttached();
      return renew(present, signal);
    });

  return {
    renewIfDue,
    renewNow,
    async run(signal) {
      let failures = 0;
      while (!signal.aborted) {
        let pauseMs = CHECK_MS;
        try {
          await renewIfDue(signal);
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          logger.warn({ err: error }, 'connector certificate not renewed yet');
          pauseMs = backoffMs(RETRY, failures++, entropy);
        }
        await clock.sleep(pauseMs, { signal }).catch(() => {}); // stopping
      }
    },
  };
}

function isFor(answer: RenewConnectorAnswer, privateKey: string): boolean {
  if (Number.isNaN(Date.parse(answer.renewAfter))) return false;
  try {
    return new X509Certificate(answer.certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}
