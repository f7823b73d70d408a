import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

/** After those of devices. */
export const ENROLMENT_MIGRATIONS: readonly Migration[] = [
  {
    id: 'enrolment/0001-initial',
    async up(db) {
      await sql`create table enrolment_tokens (
        authority_id uuid not null,
        id uuid not null,
        display_name text not null,
        secret_hash text not null,
        quota integer not null check (quota > 0),
        used integer not null default 0 check (used between 0 and quota),
        created_at timestamptz not null,
        created_by text not null,
        expires_at timestamptz not null,
        is_revoked boolean not null default false,
        primary key (authority_id, id)
      )`.execute(db);
      await sql`create table enrolments (
        authority_id uuid not null,
        token_id uuid not null,
        key_fingerprint text not null,
        device_id uuid not null,
        primary key (authority_id, token_id, key_fingerprint),
        foreign key (authority_id, device_id) references devices (authority_id, id) on delete cascade
      )`.execute(db);
      await sql`create index enrolments_by_device on enrolments (authority_id, device_id)`.execute(
        db,
      );
      // Outlives its device: what was revoked is to be known as revoked, not as unknown.
      await sql`create table device_certificates (
        authority_id uuid not null,
        serial text not null,
        device_id uuid not null,
        key_fingerprint text not null,
        pem text not null,
        issued_at timestamptz not null,
        renew_after timestamptz not null,
        not_after timestamptz not null,
        revoked_at timestamptz,
        primary key (authority_id, serial)
      )`.execute(db);
      await sql`create index device_certificates_by_device
        on device_certificates (authority_id, device_id, issued_at)`.execute(db);
      for (const table of ['enrolment_tokens', 'enrolments', 'device_certificates']) {
        await secureTable(db, table);
      }
    },
  },
];
