import type { Connector } from '@moorline/contracts/admin';
import type { ConnectorRow } from './tables.ts';

/** What is known of a connector's open uplink; lives as long as it. */
export interface UplinkFacts {
  readonly connectedAt: number;
  /** The last batch said that more changes wait behind it. */
  readonly isBehind: boolean;
  /** Why the last batch was refused; null when it was not. */
  readonly refusal: string | null;
}

const WARN_BEFORE_END_MS = 7 * 24 * 3_600_000;

/** The connector's status and, as one sentence, why it is that. `uplink` is null while none is open. */
export function connectorStatus(
  row: ConnectorRow,
  uplink: UplinkFacts | null,
  now: number,
): Pick<Connector, 'status' | 'statusReason'> {
  const name = row.display_name;
  if (row.revoked_at) {
    return {
      status: 'unhealthy',
      statusReason: `Revoked ${ago(now - row.revoked_at.getTime())}: attach ${name} again with a new join token to bring it back.`,
    };
  }
  if (!uplink) return { status: 'unhealthy', statusReason: absence(row, now) };
  if (uplink.refusal !== null) {
    return {
      status: 'warning',
      statusReason: `Connected, but its last batch was refused: ${uplink.refusal}`,
    };
  }
  const endsInMs = row.certificate_ends_at.getTime() - now;
  if (endsInMs < WARN_BEFORE_END_MS) {
    return {
      status: 'warning',
      statusReason: `Connected, but its certificate ends ${inFuture(endsInMs)} and was not renewed: look at the log of ${name}.`,
    };
  }
  if (uplink.isBehind) {
    return {
      status: 'warning',
      statusReason: 'Connected and catching up: more changes are on their way.',
    };
  }
  return {
    status: 'healthy',
    statusReason: `Connected ${ago(now - uplink.connectedAt)} and up to date.`,
  };
}

function absence(row: ConnectorRow, now: number): string {
  // A tenant that was killed did not note the end: the last sign of life stands for it.
  const last = Math.max(
    row.disconnected_at?.getTime() ?? 0,
    row.connected_at?.getTime() ?? 0,
    row.last_sync_at?.getTime() ?? 0,
  );
  if (last === 0) {
    return `Attached ${ago(now - row.attached_at.getTime())}, and has not connected yet: check that ${row.display_name} runs and reaches this tenant.`;
  }
  return `Not connected: it was last connected ${ago(now - last)}. Check that ${row.display_name} runs and reaches this tenant.`;
}

function ago(spanMs: number): string {
  return spanMs < 60_000 ? 'just now' : `${span(spanMs)} ago`;
}

function inFuture(spanMs: number): string {
  return spanMs <= 0 ? 'now' : `in ${span(spanMs)}`;
}

function span(spanMs: number): string {
  const minutes = Math.floor(spanMs / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
