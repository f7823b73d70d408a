export interface EnrolmentTables {
  enrolment_tokens: {
    authority_id: string;
    id: string;
    display_name: string;
    /** SHA-256, lower-case hex. */
    secret_hash: string;
    quota: number;
    used: number;
    created_at: Date;
    created_by: string;
    expires_at: Date;
    is_revoked: boolean;
  };
  /** Which device a token made for which key: what makes a repeated request harmless. */
  enrolments: {
    authority_id: string;
    token_id: string;
    key_fingerprint: string;
    device_id: string;
  };
  device_certificates: {
    authority_id: string;
    /** Lower-case hex. */
    serial: string;
    device_id: string;
    /** SHA-256 of the public key, lower-case hex. */
    key_fingerprint: string;
    pem: string;
    issued_at: Date;
    renew_after: Date;
    not_after: Date;
    revoked_at: Date | null;
  };
}
