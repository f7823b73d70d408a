import { type Migration, secureTable } from '@moorline/db';
import { sql } from 'kysely';

export const ACCESS_MIGRATIONS: readonly Migration[] = [
  {
    id: 'access/0001-initial',
    async up(db) {
      await sql`create table administrators (
        authority_id uuid not null,
        id uuid not null,
        user_name text not null,
        role text not null check (role in ('Administrator', 'Help desk', 'Read only')),
        password_hash text,
        is_disabled boolean not null default false,
        created_at timestamptz not null,
        last_sign_in_at timestamptz,
        primary key (authority_id, id)
      )`.execute(db);
      await sql`create unique index administrators_by_name
        on administrators (authority_id, lower(user_name))`.execute(db);
      await sql`create table sessions (
        authority_id uuid not null,
        token_hash text not null,
        administrator_id uuid not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        from_link boolean not null,
        primary key (authority_id, token_hash),
        foreign key (authority_id, administrator_id)
          references administrators (authority_id, id) on delete cascade
      )`.execute(db);
      await sql`create table sign_in_links (
        authority_id uuid not null,
        token_hash text not null,
        administrator_id uuid not null,
        expires_at timestamptz not null,
        primary key (authority_id, token_hash),
        foreign key (authority_id, administrator_id)
          references administrators (authority_id, id) on delete cascade
      )`.execute(db);
      await sql`create table api_tokens (
        authority_id uuid not null,
        id uuid not null,
        token_hash text not null,
        administrator_id uuid not null,
        display_name text not null,
        role text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        last_used_at timestamptz,
        primary key (authority_id, id),
        foreign key (authority_id, administrator_id)
          references administrators (authority_id, id) on delete cascade
      )`.execute(db);
      await sql`create unique index api_tokens_by_hash on api_tokens (authority_id, token_hash)`.execute(
        db,
      );
      for (const table of ['administrators', 'sessions', 'sign_in_links', 'api_tokens']) {
        await secureTable(db, table);
      }
    },
  },
  {
    id: 'access/0002-links-that-keep-the-password',
    async up(db) {
      await sql`alter table sign_in_links
        add column keeps_password boolean not null default false`.execute(db);
    },
  },
];
