import { recordset, sqlOf } from '@moorline/db';
import { type DeviceId, rfc3339 } from '@moorline/kernel';
import type { IssuedIdentity, Transaction } from '@moorline/model/ports';
import { type IssuedCertificate, sha256Hex } from '@moorline/pki';
import { sql } from 'kysely';
import type { EnrolmentTables } from './tables.ts';

export type CertificateRow = EnrolmentTables['device_certificates'];

/** A certificate that was just issued, before it is stored. */
export interface NewCertificate {
  readonly deviceId: DeviceId;
  readonly keyFingerprint: string;
  readonly certificate: IssuedCertificate;
}

/** SHA-256 of the public key (DER SubjectPublicKeyInfo), lower-case hex. */
export function keyFingerprint(spki: Uint8Array): string {
  return sha256Hex(spki);
}

export async function insertCertificates(
  tx: Transaction,
  certificates: readonly NewCertificate[],
  now: number,
): Promise<void> {
  if (certificates.length === 0) return;
  const rows = certificates.map(({ deviceId, keyFingerprint: key, certificate }) => ({
    serial: certificate.serial,
    device_id: deviceId,
    key_fingerprint: key,
    pem: certificate.pem,
    renew_after: rfc3339(certificate.renewAfter),
    not_after: rfc3339(certificate.notAfter),
  }));
  await sql`insert into device_certificates
      (authority_id, serial, device_id, key_fingerprint, pem, issued_at, renew_after, not_after)
    select ${tx.authorityId}::uuid, serial, device_id, key_fingerprint, pem,
      ${rfc3339(now)}::timestamptz, renew_after, not_after
    from ${recordset(rows, { serial: 'text', device_id: 'uuid', key_fingerprint: 'text', pem: 'text', renew_after: 'timestamptz', not_after: 'timestamptz' })}`.execute(
    sqlOf(tx),
  );
}

/** The newest certificate of the device for this key that need not be renewed yet. */
export async function presentCertificate(
  tx: Transaction,
  deviceId: string,
  key: string,
  now: number,
): Promise<CertificateRow | undefined> {
  return sqlOf<EnrolmentTables>(tx)
    .selectFrom('device_certificates')
    .selectAll()
    .where('authority_id', '=', tx.authorityId)
    .where('device_id', '=', deviceId)
    .where('key_fingerprint', '=', key)
    .where('revoked_at', 'is', null)
    .where('renew_after', '>', new Date(now))
    .orderBy('issued_at', 'desc')
    .executeTakeFirst();
}

export async function countIssuedSince(
  tx: Transaction,
  deviceId: string,
  since: number,
): Promise<number> {
  const row = await sqlOf<EnrolmentTables>(tx)
    .selectFrom('device_certificates')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('authority_id', '=', tx.authorityId)
    .where('device_id', '=', deviceId)
    .where('issued_at', '>=', new Date(since))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Whose certificate this is, and whether that device may use it. */
export interface CertificateStanding {
  readonly deviceId: DeviceId;
  readonly notAfter: number;
  readonly isRevoked: boolean;
  readonly isKnown: boolean;
  readonly isBlocked: boolean;
}

export async function readStandings(
  tx: Transaction,
  serials: readonly string[],
): Promise<ReadonlyMap<string, CertificateStanding>> {
  const { rows } = await sql<{
    serial: string;
    device_id: DeviceId;
    not_after: Date;
    revoked_at: Date | null;
    is_blocked: boolean | null;
  }>`select c.serial, c.device_id, c.not_after, c.revoked_at, d.is_blocked
    from device_certificates c
    left join devices d
      on d.authority_id = c.authority_id and d.id = c.device_id and d.origin is null
    where c.authority_id = ${tx.authorityId} and c.serial = any(${[...serials]}::text[])`.execute(
    sqlOf(tx),
  );
  return new Map(
    rows.map((row) => [
      row.serial,
      {
        deviceId: row.device_id,
        notAfter: row.not_after.getTime(),
        isRevoked: row.revoked_at !== null,
        isKnown: row.is_blocked !== null,
        isBlocked: row.is_blocked === true,
      },
    ]),
  );
}

export async function revokeCertificates(
  tx: Transaction,
  deviceId: string,
  now: number,
): Promise<void> {
  await sqlOf<EnrolmentTables>(tx)
    .updateTable('device_certificates')
    .set({ revoked_at: new Date(now) })
    .where('authority_id', '=', tx.authorityId)
    .where('device_id', '=', deviceId)
    .where('revoked_at', 'is', null)
    .execute();
}

/** Certificates that ended long ago prove nothing to anybody: TLS refuses them by their date. */
export async function deleteEnded(tx: Transaction, before: number): Promise<void> {
  await sqlOf<EnrolmentTables>(tx)
    .deleteFrom('device_certificates')
    .where('authority_id', '=', tx.authorityId)
    .where('not_after', '<', new Date(before))
    .execute();
}

export function identityOf(
  deviceId: DeviceId,
  certificate: { readonly pem: string; readonly renewAfter: number },
  caCertificate: string,
): IssuedIdentity {
  return {
    deviceId,
    certificate: certificate.pem,
    caCertificate,
    renewAfter: rfc3339(certificate.renewAfter),
  };
}
