/**
 * A token that says where to go and whom to expect there: address, root fingerprint, and a secret.
 * Text: `mlj1.` (join a tenant) or `mle1.` (enrol a device), then base64url of its JSON.
 */
export interface Invitation {
  /** Origin of the gateway, `https://host:port`. */
  readonly url: string;
  /** SHA-256 of the DER of the root certificate: lower-case hex, no colons. */
  readonly rootFingerprint: string;
  readonly id: string;
  readonly secret: string;
}

export const JOIN_PREFIX = 'mlj1.';
export const ENROL_PREFIX = 'mle1.';

export function encodeInvitation(prefix: string, invitation: Invitation): string {
  const json = JSON.stringify({
    u: invitation.url,
    f: invitation.rootFingerprint,
    i: invitation.id,
    s: invitation.secret,
  });
  return prefix + btoa(json).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The invitation in `text`, or undefined when it is none of this prefix. Verifies form only. */
export function decodeInvitation(prefix: string, text: string): Invitation | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith(prefix) || trimmed.length > 2048) return undefined;
  try {
    const json: unknown = JSON.parse(
      atob(trimmed.slice(prefix.length).replaceAll('-', '+').replaceAll('_', '/')),
    );
    if (json === null || typeof json !== 'object') return undefined;
    const { u, f, i, s } = json as Record<string, unknown>;
    if (
      typeof u !== 'string' ||
      typeof f !== 'string' ||
      typeof i !== 'string' ||
      typeof s !== 'string'
    ) {
      return undefined;
    }
    if (!/^[0-9a-f]{64}$/.test(f) || !URL.canParse(u) || new URL(u).protocol !== 'https:')
      return undefined;
    return { url: new URL(u).origin, rootFingerprint: f, id: i, secret: s };
  } catch {
    return undefined;
  }
}
