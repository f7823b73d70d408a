import type { Role } from '@moorline/model';

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
}
