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
  {
    id: 'access/0003-roles',
    async up(db) {
      await sql`create table role_definitions (
        authority_id uuid not null,
        id uuid not null,
        name text not null,
        name_key text collate "C" not null generated always as (lower(name)) stored,
        description text not null,
        permissions text[] not null,
        version bigint not null,
        created_at timestamptz not null,
        changed_at timestamptz not null,
        primary key (authority_id, id)
      )`.execute(db);
      await sql`create unique index role_definitions_by_name
        on role_definitions (authority_id, name_key)`.execute(db);
      await sql`create table role_assignments (
        authority_id uuid not null,
        id uuid not null,
        role_id uuid not null,
        name text not null,
        description text not null,
        reaches_all boolean not null,
        tag_ids uuid[] not null,
        group_ids uuid[] not null,
        version bigint not null,
        created_at timestamptz not null,
        changed_at timestamptz not null,
        primary key (authority_id, id)
      )`.execute(db);
      await sql`create table role_assignment_members (
        authority_id uuid not null,
        assignment_id uuid not null,
        administrator_id uuid not null,
        primary key (authority_id, administrator_id, assignment_id),
        foreign key (authority_id, assignment_id)
          references role_assignments (authority_id, id) on delete cascade,
        foreign key (authority_id, administrator_id)
          references administrators (authority_id, id) on delete cascade
      )`.execute(db);
      await sql`create index role_assignment_members_by_assignment
        on role_assignment_members (authority_id, assignment_id)`.execute(db);
      await sql`create table scope_tags (
        authority_id uuid not null,
        id uuid not null,
        name text not null,
        name_key text collate "C" not null generated always as (lower(name)) stored,
        description text not null,
        origins uuid[] not null,
        version bigint not null,
        created_at timestamptz not null,
        changed_at timestamptz not null,
        primary key (authority_id, id)
      )`.execute(db);
      await sql`create unique index scope_tags_by_name on scope_tags (authority_id, name_key)`.execute(
        db,
      );
      for (const table of [
        'role_definitions',
        'role_assignments',
        'role_assignment_members',
        'scope_tags',
      ]) {
        await secureTable(db, table);
      }
    },
  },
  {
    id: 'access/0004-accounts-without-a-role',
    async up(db) {
      await sql`alter table administrators drop constraint administrators_role_check`.execute(db);
      await sql`alter table administrators add constraint administrators_role_check
        check (role in ('Administrator', 'Help desk', 'Read only', 'None'))`.execute(db);
    },
  },
];
