import type { Role } from '@moorline/model';
import type { GeneratedAlways } from 'kysely';

export interface AccessTables {
  administrators: {
    authority_id: string;
    id: string;
    user_name: string;
    role: Role;
    password_hash: string | null;
    is_disabled: boolean;
    created_at: Date;
    last_sign_in_at: Date | null;
  };
  sessions: {
    authority_id: string;
    token_hash: string;
    administrator_id: string;
    created_at: Date;
    expires_at: Date;
    from_link: boolean;
  };
  sign_in_links: {
    authority_id: string;
    token_hash: string;
    administrator_id: string;
    expires_at: Date;
    /** Its session sets a new password only with the present one. */
    keeps_password: boolean;
  };
  api_tokens: {
    authority_id: string;
    id: string;
    token_hash: string;
    administrator_id: string;
    display_name: string;
    role: Role;
    created_at: Date;
    expires_at: Date;
    last_used_at: Date | null;
  };
  role_definitions: {
    authority_id: string;
    id: string;
    name: string;
    name_key: GeneratedAlways<string>;
    description: string;
    permissions: readonly string[];
    version: string;
    created_at: Date;
    changed_at: Date;
  };
  role_assignments: {
    authority_id: string;
    id: string;
    /** Of `role_definitions`, or of a role that is built in. */
    role_id: string;
    name: string;
    description: string;
    /** True: on all devices, and there are neither tags nor groups. */
    reaches_all: boolean;
    tag_ids: readonly string[];
    group_ids: readonly string[];
    version: string;
    created_at: Date;
    changed_at: Date;
  };
  role_assignment_members: {
    authority_id: string;
    assignment_id: string;
    administrator_id: string;
  };
  scope_tags: {
    authority_id: string;
    id: string;
    name: string;
    name_key: GeneratedAlways<string>;
    description: string;
    /** Connectors whose devices carry the tag. */
    origins: readonly string[];
    version: string;
    created_at: Date;
    changed_at: Date;
  };
}
