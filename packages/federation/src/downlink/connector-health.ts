import type { ConnectorAspect } from '@moorline/contracts/admin';
import { FEDERATION_PROTOCOL, type SiteReport } from '@moorline/contracts/federation';
import { ago, inFuture, span } from './spans.ts';
import type { KnownConnector } from './tables.ts';

/** A connector is probed once in this time. */
export const CYCLE_MS = 60_000;
/** Missed cycles from which it is no longer healthy, and from which a connection that stands is not believed. */
const MISSED_WARNING = 3;
const MISSED_UNHEALTHY = 5;
const ABSENT_UNHEALTHY_MS = 15 * 60_000;
const LAG_WARNING_SECONDS = 5 * 60;
const CERTIFICATE_WARNING_MS = 7 * 24 * 3_600_000;
const DIGEST_WARNING_MS = 10 * 60_000;
/** A second server tries again within seconds: one that was not seen for so long is gone. */
const CLONE_REMEMBERED_MS = 15 * 60_000;
const PROBE_PROTOCOL = 2;

/** What is known of a connector beside its row; what this process has not seen yet is null. */
export interface ConnectorEvidence {
  /** Null while no uplink is open. */
  readonly uplink: { readonly connectedAt: number } | null;
  readonly probe: {
    /** Why the last one failed; null when it was answered, or is under way for the first time. */
    readonly failure: string | null;
    /** The site answered, and its answer was that something there fails. */
    readonly isAnswered: boolean;
  };
  readonly report: { readonly at: number; readonly site: SiteReport } | null;
  /** The last batch that came was refused; gone with the next one that is stored. */
  readonly refusal: { readonly at: number; readonly reason: string } | null;
  /** Since when every batch has said that more wait behind it. */
  readonly behindSince: number | null;
  /** Another server came with this connector's identity while its own was connected. */
  readonly clone: { readonly at: number; readonly message: string } | null;
}

export interface ConnectorHealth {
  readonly status: ConnectorAspect['status'];
  /** One sentence: of the worst aspect. */
  readonly statusReason: string;
  readonly aspects: readonly ConnectorAspect[];
}

type Judgement = Pick<ConnectorAspect, 'status' | 'reason'>;

const BADNESS = { notEnabled: 0, healthy: 1, warning: 2, unhealthy: 3 } as const;

/** The health of a connector by what is known at `now`: every aspect judged by itself, the worst of them wins. */
export function connectorHealth(
  row: KnownConnector,
  evidence: ConnectorEvidence,
  now: number,
): ConnectorHealth {
  if (row.revoked_at) {
    const by = row.detached_by === null ? '' : ` by ${row.detached_by}`;
    const statusReason = `Detached ${ago(now - row.revoked_at.getTime())}${by}: attach ${row.display_name} with a new join token to bring it back.`;
    return { status: 'notEnabled', statusReason, aspects: [] };
  }
  const judged: readonly [ConnectorAspect['aspect'], Judgement | null][] = [
    ['connection', judgeConnection(row, evidence, now)],
    ['probe', judgeProbe(row, evidence, now)],
    ['batches', judgeBatches(evidence, now)],
    ['upload', judgeUpload(evidence, now)],
    ['digests', judgeDigests(evidence, now)],
    ['certificate', judgeCertificate(row, now)],
    ['endpoints', judgeEndpoints(evidence)],
    ['identity', judgeIdentity(evidence, now)],
  ];
  const aspects = judged.flatMap(([aspect, judgement]) =>
    judgement ? [{ aspect, ...judgement }] : [],
  );
  const worst = aspects.reduce((a, b) => (BADNESS[b.status] > BADNESS[a.status] ? b : a));
  const { status, reason } = worst;
  if (status !== 'healthy') return { status, statusReason: reason, aspects };
  const upload = aspects.find(({ aspect }) => aspect === 'upload');
  const statusReason = upload ? `${reason} ${upload.reason}` : reason;
  return { status, statusReason, aspects };
}

/** When the site last gave a sign of life; null: not since it was attached. */
export function lastSeenAt(row: KnownConnector): number | null {
  // A tenant that was killed did not note the end: the last sign of life stands for it.
  const attachedAt = row.attached_at.getTime();
  const last = Math.max(
    ...[row.disconnected_at, row.connected_at, row.last_sync_at, row.last_probe_at].map(
      (at) => at?.getTime() ?? 0,
    ),
  );
  return last > attachedAt ? last : null;
}

function judgeConnection(
  row: KnownConnector,
  { uplink }: ConnectorEvidence,
  now: number,
): Judgement {
  const name = row.display_name;
  if (uplink) {
    return { status: 'healthy', reason: `Connected ${ago(now - uplink.connectedAt)}.` };
  }
  const seenAt = lastSeenAt(row);
  const absentMs = now - (seenAt ?? row.attached_at.getTime());
  const what =
    seenAt === null
      ? `Attached ${ago(absentMs)}, and has not connected yet`
      : `Not connected: it was last connected ${ago(absentMs)}`;
  if (absentMs < MISSED_WARNING * CYCLE_MS) {
    return { status: 'healthy', reason: `${what}. A site comes back by itself within seconds.` };
  }
  return {
    status: absentMs < ABSENT_UNHEALTHY_MS ? 'warning' : 'unhealthy',
    reason: `${what}. Check that ${name} runs and reaches this tenant.`,
  };
}

/** Only while it is connected: what is not connected is not asked. */
function judgeProbe(
  row: KnownConnector,
  { uplink, probe }: ConnectorEvidence,
  now: number,
): Judgement | null {
  if (!uplink) return null;
  const name = row.display_name;
  if (row.protocol < PROBE_PROTOCOL) {
    return {
      status: 'warning',
      reason: `${name} cannot be probed: it speaks version ${row.protocol} of the protocol, which knows no probe. Update the site.`,
    };
  }
  const answeredAt = Math.max(row.last_probe_at?.getTime() ?? 0, row.attached_at.getTime());
  const missed = Math.max(0, Math.floor((now - answeredAt) / CYCLE_MS));
  const why = probe.failure === null ? '' : ` ${probe.failure}`;
  if (missed < MISSED_WARNING) {
    const last = row.last_probe_at ? `answered ${ago(now - answeredAt)}` : 'under way';
    return { status: 'healthy', reason: `The last probe through the site’s queue: ${last}.` };
  }
  const isFailing = probe.isAnswered || missed >= MISSED_UNHEALTHY;
  return {
    status: isFailing ? 'unhealthy' : 'warning',
    reason: `${name} is connected, and no probe got through its queue for ${span(now - answeredAt)}.${why} Look at the log of ${name}.`,
  };
}

function judgeBatches({ refusal }: ConnectorEvidence, now: number): Judgement {
  if (!refusal) return { status: 'healthy', reason: 'No batch is refused.' };
  return {
    status: 'unhealthy',
    reason: `The last batch was refused ${ago(now - refusal.at)}: ${refusal.reason}`,
  };
}

function judgeUpload(
  { uplink, report, behindSince }: ConnectorEvidence,
  now: number,
): Judgement | null {
  if (!uplink) return null;
  if (behindSince !== null && now - behindSince > LAG_WARNING_SECONDS * 1000) {
    const reason = `Catching up for ${span(now - behindSince)}: more changes are on their way.`;
    return { status: 'warning', reason };
  }
  if (!report) return null;
  const { phase, reason, problem, lagRows, lagSeconds } = report.site.upload;
  if (phase === 'paused') return { status: 'warning', reason: `The upload is paused. ${reason}` };
  if (phase === 'outsideHours' || phase === 'waiting') return { status: 'healthy', reason };
  // What waited at the last report waits still, unless a report since says otherwise.
  const seconds = lagRows === 0 ? 0 : lagSeconds + Math.floor((now - report.at) / 1000);
  if (seconds > LAG_WARNING_SECONDS) {
    const why = problem === null ? '' : ` ${problem}`;
    return {
      status: 'warning',
      reason: `${count(lagRows, 'change')} of the site ${lagRows === 1 ? 'has' : 'have'} waited for ${span(seconds * 1000)}.${why}`,
    };
  }
  return {
    status: 'healthy',
    reason: lagRows === 0 ? 'Up to date.' : `${count(lagRows, 'change')} on the way.`,
  };
}

function judgeDigests({ report }: ConnectorEvidence, now: number): Judgement | null {
  const digest = report?.site.upload.digest;
  if (!digest) return null;
  const since = digest.disagreesSince === null ? null : Date.parse(digest.disagreesSince);
  if (digest.state === 'agrees' || since === null || Number.isNaN(since)) {
    return { status: 'healthy', reason: 'Site and tenant hold the same devices.' };
  }
  const what = `${count(digest.differingDevices, 'device')} ${digest.differingDevices === 1 ? 'differs' : 'differ'} between site and tenant`;
  return now - since > DIGEST_WARNING_MS
    ? { status: 'warning', reason: `${what} for ${span(now - since)}: resync the connector.` }
    : { status: 'healthy', reason: `${what}, and are being repaired.` };
}

function judgeCertificate(row: KnownConnector, now: number): Judgement {
  const endsInMs = row.certificate_ends_at.getTime() - now;
  if (endsInMs <= 0) {
    return {
      status: 'unhealthy',
      reason: `Its certificate ended ${ago(-endsInMs)}: attach ${row.display_name} again with a new join token.`,
    };
  }
  return endsInMs < CERTIFICATE_WARNING_MS
    ? {
        status: 'warning',
        reason: `Its certificate ends ${inFuture(endsInMs)} and was not renewed: rotate it, or look at the log of ${row.display_name}.`,
      }
    : { status: 'healthy', reason: `Its certificate ends ${inFuture(endsInMs)}.` };
}

function judgeEndpoints({ report }: ConnectorEvidence): Judgement | null {
  const endpoints = report?.site.endpoints;
  if (!endpoints || endpoints.length === 0) return null;
  const failing = endpoints.filter(({ status }) => status === 'fail');
  const worst = failing.find(({ critical }) => critical) ?? failing[0];
  if (!worst) {
    return {
      status: 'healthy',
      reason: `The site reaches ${count(endpoints.length, 'endpoint')} of this tenant.`,
    };
  }
  return {
    status: worst.critical ? 'unhealthy' : 'warning',
    reason: `From the site, ${worst.host}:${worst.port} (${worst.id}) fails: ${worst.result}`,
  };
}

function judgeIdentity({ clone }: ConnectorEvidence, now: number): Judgement {
  return clone && now - clone.at < CLONE_REMEMBERED_MS
    ? { status: 'warning', reason: clone.message }
    : { status: 'healthy', reason: 'One server runs with this identity.' };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** What versions of the protocol after the site's would bring. */
const UNLOCKS: Readonly<Record<number, readonly string[]>> = {
  2: [
    'Probes through the site’s queue, and with them a status that is measured',
    'Endpoint checks and rotation of the certificate from here',
    'Detaching from the site, told to this tenant at once',
    'Recognition of a cloned site server',
  ],
};

/** What an upgrade of a site that speaks `protocol` would unlock. */
export function upgradeUnlocks(protocol: number): readonly string[] {
  return Array.from({ length: Math.max(0, FEDERATION_PROTOCOL - protocol) }, (_, index) => [
    ...(UNLOCKS[protocol + index + 1] ?? []),
  ]).flat();
}
