import { UPLINK_CLOSE } from '@moorline/contracts/federation';

/** What a WebSocket says of an end that nobody announced. */
export const BROKE = 1006;

/** Why an uplink was closed, for people. */
export function closeReason(code: number, reason: string): string {
  if (code === UPLINK_CLOSE.replaced) {
    return 'another server took this uplink over: it runs with a copy of this site’s data';
  }
  if (code === UPLINK_CLOSE.cloned) {
    return `two servers run with the data of this site, and this one was refused: ${reason}`;
  }
  if (code === UPLINK_CLOSE.revoked) return 'the tenant revoked this connector';
  if (code === UPLINK_CLOSE.goingAway) return 'the tenant closed it in order';
  if (code === BROKE) return 'the connection broke';
  return reason === '' ? `it was closed (${code})` : `it was closed (${code}): ${reason}`;
}
