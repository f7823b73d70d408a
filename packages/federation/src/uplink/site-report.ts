import type { AttachEndpoint, UploadState } from '@moorline/contracts/admin';
import {
  FEDERATION_PROTOCOL,
  FIRST_POSITION,
  type SiteReport,
} from '@moorline/contracts/federation';
import { appendChanges, type Database, readChanges } from '@moorline/db';
import type { AuthorityId, Clock } from '@moorline/kernel';
import type { AttachmentStore } from './attachment-store.ts';
import { relayRefusals, siteAttachErrors } from './errors.ts';

/** What a site tells its tenant of itself, and the way a probe takes through it. */
export interface SiteHealth {
  /** @throws `attach.not_attached` */
  report(): Promise<SiteReport>;
  /**
   * Puts an entry of its own into the change log and waits until the upload could read it: a database that does not
   * write, or a transaction that holds up the log, is found by it. Nothing is uploaded.
   * @throws `relay.queue_stuck`
   */
  throughQueue(): Promise<void>;
}

const TOPIC = 'probe';
const QUEUE_MS = 10_000;
const LOOK_MS = 25;

export function createSiteHealth(deps: {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly version: string;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly upload: () => Promise<UploadState>;
  readonly endpoints: () => Promise<readonly AttachEndpoint[]>;
  readonly clock: Clock;
}): SiteHealth {
  const { profile, database, clock } = deps;
  const { authorityId } = profile;

  /** Position of the last entry behind `after` that can be read; `after` itself when there is none. */
  const lastProbe = async (after: string): Promise<string> => {
    const page = { topics: [TOPIC], after, limit: 1 };
    return (await database.read(authorityId, (tx) => readChanges(tx, page))).to;
  };

  return {
    async throughQueue() {
      const before = await lastProbe(FIRST_POSITION);
      await database.transaction(authorityId, (tx) => appendChanges(tx, TOPIC, [authorityId]));
      const giveUpAt = clock.now() + QUEUE_MS;
      while ((await lastProbe(before)) === before) {
        if (clock.now() >= giveUpAt) throw relayRefusals.queueStuck({ siteName: profile.name });
        await clock.sleep(LOOK_MS);
      }
    },
    async report() {
      const attachment = await database.read(authorityId, deps.attachments.read);
      if (!attachment) throw siteAttachErrors.notAttached();
      const endpoints = await deps.endpoints();
      return {
        version: deps.version,
        protocol: FEDERATION_PROTOCOL,
        upload: reported(await deps.upload()),
        certificate: { renewAfter: attachment.renew_after.toISOString() },
        endpoints:
          endpoints.length === 0
            ? null
            : endpoints.slice(0, 50).map((endpoint) => ({
                id: endpoint.id,
                host: endpoint.host,
                port: endpoint.port,
                transport: endpoint.transport,
                critical: endpoint.critical,
                status: endpoint.status,
                result: endpoint.result.slice(0, 1000),
                checkedAt: endpoint.checkedDateTime,
              })),
      };
    },
  };
}

function reported(state: UploadState): SiteReport['upload'] {
  const { state: agreement, comparedDateTime, disagreesSinceDateTime } = state.digest;
  return {
    phase: state.phase,
    reason: state.reason.slice(0, 1000),
    lagRows: state.lagRows,
    lagSeconds: state.lagSeconds,
    lastAckAt: state.lastAckDateTime,
    lastFullSyncAt: state.lastFullSyncDateTime,
    inScope: state.devicesInScope,
    excluded: state.devicesExcluded,
    problem: state.problem?.slice(0, 2000) ?? null,
    digest:
      agreement === 'notCompared' || comparedDateTime === null
        ? null
        : {
            state: agreement,
            comparedAt: comparedDateTime,
            disagreesSince: disagreesSinceDateTime,
            differingDevices: state.digest.differingDevices,
          },
  };
}
