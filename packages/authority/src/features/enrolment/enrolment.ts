import type { Bus } from '@moorline/bus';
import { deviceUri } from '@moorline/contracts/agent';
import type { Database } from '@moorline/db';
import {
  type Clock,
  type DeviceId,
  type Entropy,
  type ErrorDetails,
  type Logger,
  MoorlineError,
  rfc3339,
} from '@moorline/kernel';
import { type Actor, actorName } from '@moorline/model';
import type { DeviceNudger, DevicePort, Transaction } from '@moorline/model/ports';
import { CLIENT_LIFE_MS, type Issuer, readCsr } from '@moorline/pki';
import { createGroupCommit } from '../../group-commit.ts';
import type { Profile } from '../../profile.ts';
import { announce } from '../../topics.ts';
import { authorize } from '../access/index.ts';
import { recordAudit } from '../audit/index.ts';
import {
  type DeviceRow,
  type Devices,
  deviceErrors,
  loadOwn,
  requireDevice,
  writeBlocked,
  writeCertificateExpiry,
} from '../devices/index.ts';
import type { Refusals } from '../refusals/index.ts';
import {
  type CertificateStanding,
  countIssuedSince,
  deleteEnded,
  identityOf,
  insertCertificates,
  keyFingerprint,
  presentCertificate,
  readStandings,
  revokeCertificates,
} from './certificates.ts';
import { createEnrol } from './enrol.ts';
import { enrolmentErrors } from './errors.ts';
import { createStandingCache } from './standing-cache.ts';
import { createEnrolmentTokens, type EnrolmentTokens } from './tokens.ts';

/** How devices come to this authority, prove themselves, and leave. */
export interface Enrolment extends Pick<DevicePort, 'enrol' | 'renew' | 'authenticate'> {
  readonly tokens: EnrolmentTokens;
  /**
   * Ends the management of an own device: its certificates are revoked, its channel is closed, its row leaves
   * a tombstone. Needs `enrolment.manage`.
   * @param check called with the row before anything is done; throws to refuse
   * @throws `access.denied`, `devices.not_found`, `devices.managed_elsewhere`
   */
  remove(actor: Actor, id: string, check?: (row: DeviceRow) => void): Promise<void>;
  /** Keeps an own device out, or lets it in again; its state stays. Needs `enrolment.manage`. @throws as `remove` */
  setBlocked(actor: Actor, id: string, isBlocked: boolean): Promise<void>;
  /** Forgets certificates that ended long ago, until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

const DAY_MS = 86_400_000;
const CERTIFICATES_PER_DAY = 10;
const LOOK_UPS_AT_ONCE = 500;

export interface EnrolmentDeps {
  readonly profile: Profile;
  readonly database: Database;
  readonly issuer: Issuer;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly nudger: DeviceNudger;
  readonly gatewayUrl: () => string;
  readonly devices: Devices;
  readonly refusals: Refusals;
  /** Ends what waits for devices that are about to be removed, in the same transaction. */
  readonly endActions: (tx: Transaction, ids: readonly DeviceId[]) => Promise<void>;
}

export function createEnrolment(deps: EnrolmentDeps): Enrolment {
  const { profile, database, issuer, bus, clock, nudger, devices, refusals } = deps;
  const { authorityId } = profile;
  const authority = profile.name;
  const standings = createStandingCache();
  const enrol = createEnrol(deps);

  async function audited<T>(
    refusal: { activity: string; actor: string; target: string | null; details?: ErrorDetails },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof MoorlineError && error.kind === 'failure') {
        refusals.record({ ...refusal, code: error.code }, error);
      }
      throw error;
    }
  }

  // Devices that come in a storm are looked up together.
  const lookUp = createGroupCommit<string, { readonly standing: CertificateStanding | undefined }>({
    async commit(serials) {
      const found = await database.read(authorityId, (tx) => readStandings(tx, serials));
      return serials.map((serial) => ({ standing: found.get(serial) }));
    },
    maxItems: LOOK_UPS_AT_ONCE,
  });

  async function standingOf(serial: string): Promise<CertificateStanding | undefined> {
    const cached = standings.get(serial);
    if (cached) return cached;
    const mark = standings.mark();
    const { standing } = await lookUp(serial);
    if (standing?.isKnown && !standing.isRevoked && !standing.isBlocked) {
      standings.put(serial, standing, mark);
    }
    return standing;
  }

  function endAccess(id: DeviceId, reason: string): void {
    standings.drop(id);
    nudger.disconnect(id, reason);
  }

  async function ownDevice(tx: Transaction, actor: Actor, id: string): Promise<DeviceRow> {
    const row = await requireDevice(tx, id, { lock: true });
    authorize(actor, 'enrolment.manage');
    if (row.origin !== null) {
      throw deviceErrors.attached({ name: row.name ?? row.id, origin: row.origin });
    }
    return row;
  }

  return {
    tokens: createEnrolmentTokens({ ...deps, authorityId, caFingerprint: issuer.caFingerprint }),

    enrol: (request) =>
      audited(
        {
          activity: 'enrolment.enrol',
          actor: request.remoteAddress,
          target: null,
          details: { deviceName: request.deviceName.slice(0, 255) },
        },
        () => enrol(request),
      ),

    renew: (device, csr) =>
      audited(
        {
          activity: 'enrolment.renew',
          actor: `device ${device.deviceId}`,
          target: device.deviceId,
        },
        async () => {
          const { deviceId } = device;
          const key = keyFingerprint(await readCsr(csr));
          const known = await database.read(authorityId, async (tx) => {
            const row = await requireOwn(tx, deviceId, authority);
            const certificate = await presentCertificate(tx, deviceId, key, clock.now());
            const count = await countIssuedSince(tx, deviceId, clock.now() - DAY_MS);
            return { row, certificate, count };
          });
          if (known.certificate) {
            const { pem, renew_after } = known.certificate;
            const certificate = { pem, renewAfter: renew_after.getTime() };
            return identityOf(deviceId, certificate, issuer.caCertificate);
          }
          if (known.count >= CERTIFICATES_PER_DAY) {
            throw enrolmentErrors.tooManyCertificates({ count: known.count });
          }
          const certificate = await issuer.issueFromCsr(csr, {
            kind: 'client',
            uri: deviceUri(deviceId),
            commonName: known.row.name ?? deviceId,
            lifeMs: CLIENT_LIFE_MS,
          });
          await database.transaction(authorityId, async (tx) => {
            // Between the look and this lock the device may have been removed or blocked.
            await requireOwn(tx, deviceId, authority, { lock: true });
            await insertCertificates(
              tx,
              [{ deviceId, keyFingerprint: key, certificate }],
              clock.now(),
            );
            await writeCertificateExpiry(tx, deviceId, certificate.notAfter);
            announce(bus, tx, 'device', [deviceId], { uploadable: true });
            await recordAudit(tx, {
              activity: 'enrolment.renew',
              actor: `device ${deviceId}`,
              target: deviceId,
              result: 'success',
              details: { serial: certificate.serial, expiresAt: rfc3339(certificate.notAfter) },
              at: clock.now(),
            });
          });
          return identityOf(deviceId, certificate, issuer.caCertificate);
        },
      ),

    authenticate: ({ serial, uri }) =>
      audited(
        {
          activity: 'enrolment.authenticate',
          actor: uri.slice(0, 128),
          target: null,
          details: { serial: serial.slice(0, 64) },
        },
        async () => {
          const standing = await standingOf(serial.toLowerCase());
          if (!standing || uri !== deviceUri(standing.deviceId)) {
            throw enrolmentErrors.deviceUnknown({ authority });
          }
          if (standing.isRevoked) throw enrolmentErrors.certificateRevoked({ authority });
          if (!standing.isKnown) throw enrolmentErrors.deviceUnknown({ authority });
          if (standing.isBlocked) throw enrolmentErrors.deviceBlocked({ authority });
          if (standing.notAfter <= clock.now()) {
            throw enrolmentErrors.certificateExpired({ expiredAt: rfc3339(standing.notAfter) });
          }
          return { deviceId: standing.deviceId, certificateSerial: serial.toLowerCase() };
        },
      ),

    remove: (actor, id, check) =>
      audited(
        { activity: 'devices.remove', actor: actorName(actor), target: id.slice(0, 64) },
        () =>
          database.transaction(authorityId, async (tx) => {
            const row = await ownDevice(tx, actor, id);
            check?.(row);
            const deviceId = row.id as DeviceId;
            await revokeCertificates(tx, deviceId, clock.now());
            await deps.endActions(tx, [deviceId]);
            await devices.remove(tx, null, [deviceId]);
            tx.afterCommit(() => endAccess(deviceId, 'The device was removed.'));
            await recordAudit(tx, {
              activity: 'devices.remove',
              actor: actorName(actor),
              target: deviceId,
              result: 'success',
              details: { name: row.name },
              at: clock.now(),
            });
          }),
      ),

    setBlocked: (actor, id, isBlocked) => {
      const activity = isBlocked ? 'devices.block' : 'devices.unblock';
      return audited({ activity, actor: actorName(actor), target: id.slice(0, 64) }, () =>
        database.transaction(authorityId, async (tx) => {
          const row = await ownDevice(tx, actor, id);
          if (row.is_blocked === isBlocked) return;
          const deviceId = row.id as DeviceId;
          await writeBlocked(tx, deviceId, isBlocked);
          announce(bus, tx, 'device', [deviceId], { uploadable: false });
          if (isBlocked) tx.afterCommit(() => endAccess(deviceId, 'The device was blocked.'));
          await recordAudit(tx, {
            activity,
            actor: actorName(actor),
            target: deviceId,
            result: 'success',
            details: { name: row.name },
            at: clock.now(),
          });
        }),
      );
    },

    async run(signal) {
      while (!signal.aborted) {
        await clock.sleep(DAY_MS, { signal });
        try {
          await database.transaction(authorityId, (tx) =>
            deleteEnded(tx, clock.now() - 30 * DAY_MS),
          );
        } catch (error) {
          deps.logger.warn({ err: error }, 'ended certificates are deleted tomorrow');
        }
      }
    },
  };
}

/** @throws `enrolment.device_unknown`, `enrolment.device_blocked` */
async function requireOwn(
  tx: Transaction,
  id: DeviceId,
  authority: string,
  options: { readonly lock?: boolean } = {},
): Promise<DeviceRow> {
  const row = await loadOwn(tx, id, options);
  if (!row) throw enrolmentErrors.deviceUnknown({ authority });
  if (row.is_blocked) throw enrolmentErrors.deviceBlocked({ authority });
  return row;
}
