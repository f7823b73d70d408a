import type { DeviceId } from '@moorline/kernel';
import type { CertificateStanding } from './certificates.ts';

/**
 * Certificates that were good when they were last looked up, so that a request costs no query. Only good ones
 * are kept; a change to a device drops its own. One process: what another process changes is not seen here.
 */
export interface StandingCache {
  get(serial: string): CertificateStanding | undefined;
  /** To be taken before the look-up whose result is kept: a change in between makes `put` do nothing. */
  mark(): number;
  put(serial: string, standing: CertificateStanding, mark: number): void;
  drop(deviceId: DeviceId): void;
}

const CAPACITY = 50_000;

export function createStandingCache(): StandingCache {
  const bySerial = new Map<string, CertificateStanding>();
  const serialsOf = new Map<DeviceId, Set<string>>();
  let changes = 0;

  function evict(serial: string): void {
    const standing = bySerial.get(serial);
    bySerial.delete(serial);
    if (!standing) return;
    const serials = serialsOf.get(standing.deviceId);
    serials?.delete(serial);
    if (serials?.size === 0) serialsOf.delete(standing.deviceId);
  }

  return {
    get(serial) {
      const standing = bySerial.get(serial);
      if (!standing) return undefined;
      // Most recently used last.
      bySerial.delete(serial);
      bySerial.set(serial, standing);
      return standing;
    },
    mark: () => changes,
    put(serial, standing, mark) {
      if (mark !== changes) return;
      bySerial.set(serial, standing);
      const serials = serialsOf.get(standing.deviceId) ?? new Set();
      serialsOf.set(standing.deviceId, serials.add(serial));
      if (bySerial.size <= CAPACITY) return;
      const [oldest] = bySerial.keys();
      if (oldest !== undefined) evict(oldest);
    },
    drop(deviceId) {
      changes++;
      for (const serial of [...(serialsOf.get(deviceId) ?? [])]) evict(serial);
    },
  };
}
