import type { SiteReport } from '@moorline/contracts/federation';
import type { Clock, ConnectorId } from '@moorline/kernel';
import type { ConnectorEvidence } from './connector-health.ts';
import type { UplinkSessions } from './sessions.ts';

/** What this process has seen of each connector, for its health. */
export interface EvidenceStore {
  of(connectorId: ConnectorId): ConnectorEvidence;
  /** Milliseconds of the last probe that was answered, without the site's part; null: none was. */
  roundTripMs(connectorId: ConnectorId): number | null;
  /** When the last probe was answered; null: none was. */
  answeredAt(connectorId: ConnectorId): number | null;
  answered(connectorId: ConnectorId, report: SiteReport, roundTripMs: number | null): void;
  /** What the site said of itself beside a probe. */
  reported(connectorId: ConnectorId, report: SiteReport): void;
  /** `isAnswered`: the site said so itself. */
  failed(connectorId: ConnectorId, reason: string, isAnswered: boolean): void;
  applied(connectorId: ConnectorId, isBehind: boolean): void;
  refused(connectorId: ConnectorId, reason: string): void;
  cloned(connectorId: ConnectorId, message: string): void;
  /** The uplink is gone: what it said of the present is past. */
  closed(connectorId: ConnectorId): void;
  /** The connector begins anew, or has ended. */
  forget(connectorId: ConnectorId): void;
}

interface Known {
  failure: string | null;
  isAnswered: boolean;
  answeredAt: number | null;
  roundTripMs: number | null;
  report: ConnectorEvidence['report'];
  refusal: ConnectorEvidence['refusal'];
  behindSince: number | null;
  clone: ConnectorEvidence['clone'];
}

export function createEvidenceStore(deps: {
  readonly clock: Clock;
  readonly sessions: Pick<UplinkSessions, 'get'>;
}): EvidenceStore {
  const { clock, sessions } = deps;
  const known = new Map<ConnectorId, Known>();
  const at = (connectorId: ConnectorId): Known => {
    const found = known.get(connectorId) ?? {
      failure: null,
      isAnswered: false,
      answeredAt: null,
      roundTripMs: null,
      report: null,
      refusal: null,
      behindSince: null,
      clone: null,
    };
    known.set(connectorId, found);
    return found;
  };

  return {
    of(connectorId) {
      const { failure, isAnswered, report, refusal, behindSince, clone } = at(connectorId);
      const session = sessions.get(connectorId);
      return {
        uplink: session ? { connectedAt: session.connectedAt } : null,
        probe: { failure, isAnswered },
        report,
        refusal,
        behindSince,
        clone,
      };
    },
    roundTripMs: (connectorId) => at(connectorId).roundTripMs,
    answeredAt: (connectorId) => at(connectorId).answeredAt,
    answered(connectorId, site, roundTripMs) {
      const now = clock.now();
      const before = at(connectorId);
      Object.assign(before, {
        failure: null,
        isAnswered: false,
        answeredAt: now,
        roundTripMs: roundTripMs ?? before.roundTripMs,
        report: { at: now, site },
      });
    },
    reported(connectorId, site) {
      at(connectorId).report = { at: clock.now(), site };
    },
    failed(connectorId, failure, isAnswered) {
      Object.assign(at(connectorId), { failure, isAnswered });
    },
    applied(connectorId, isBehind) {
      const one = at(connectorId);
      one.refusal = null;
      one.behindSince = isBehind ? (one.behindSince ?? clock.now()) : null;
    },
    refused(connectorId, reason) {
      at(connectorId).refusal = { at: clock.now(), reason };
    },
    cloned(connectorId, message) {
      at(connectorId).clone = { at: clock.now(), message };
    },
    closed(connectorId) {
      Object.assign(at(connectorId), {
        failure: null,
        isAnswered: false,
        roundTripMs: null,
        behindSince: null,
      });
    },
    forget: (connectorId) => {
      known.delete(connectorId);
    },
  };
}
