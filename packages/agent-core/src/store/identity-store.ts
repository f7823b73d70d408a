import { join } from 'node:path';
import { readIfPresent, removeDurably, writeDurably } from '@moorline/files';
import { isUuid } from '@moorline/kernel';
import { agentErrors } from '../errors.ts';

/** A private key with the certificate that the authority gave for it; both PEM. */
export interface Credential {
  readonly privateKey: string;
  readonly certificate: string;
  /** RFC 3339: when to ask for the next one. */
  readonly renewAfter: string;
}

/** Who this device is, and to whom. */
export interface Identity {
  readonly deviceId: string;
  readonly authorityName: string;
  /** Origin of the authority's gateway. */
  readonly url: string;
  /** PEM of the root that every connection is checked against; pinned at enrolment. */
  readonly ca: string;
  /** The invitation that this identity came from: the same one again changes nothing. */
  readonly invitationId: string;
  readonly current: Credential;
  /** The credential before a renewal, kept until the new one has worked. */
  readonly previous: Credential | null;
  /** RFC 3339 and the authority's words, when it has ended this device's right to it. */
  readonly refused: { readonly at: string; readonly reason: string } | null;
}

/** A key and its request, on disk before they are sent: an answer that got lost can be asked for again. */
export interface PendingKey {
  /** The invitation's id, or `renew:` and the device's. */
  readonly purpose: string;
  readonly privateKey: string;
  readonly csr: string;
}

export interface IdentityStore {
  /** @throws `agent.identity_damaged` */
  read(): Promise<Identity | undefined>;
  /** Key and certificate are one file, so that they change together. */
  write(identity: Identity): Promise<void>;
  /** The pending key of this purpose; one of another purpose is as if absent. */
  readPending(purpose: string): Promise<PendingKey | undefined>;
  writePending(pending: PendingKey): Promise<void>;
  clearPending(): Promise<void>;
}

export function createIdentityStore(folder: string): IdentityStore {
  const identityPath = join(folder, 'identity.json');
  const pendingPath = join(folder, 'pending-key.json');
  return {
    async read() {
      const stored = await readIfPresent(identityPath);
      if (stored === undefined) return undefined;
      const value = parse(stored);
      if (!isIdentity(value)) throw agentErrors.identityDamaged({ path: identityPath });
      return value;
    },
    write: (identity) => writeDurably(identityPath, JSON.stringify(identity)),
    async readPending(purpose) {
      const stored = await readIfPresent(pendingPath);
      const value = stored === undefined ? undefined : parse(stored);
      return isPendingKey(value) && value.purpose === purpose ? value : undefined;
    },
    writePending: (pending) => writeDurably(pendingPath, JSON.stringify(pending)),
    clearPending: () => removeDurably(pendingPath),
  };
}

function parse(stored: string): unknown {
  try {
    return JSON.parse(stored);
  } catch {
    return undefined;
  }
}

function hasStrings(value: unknown, ...names: readonly string[]): boolean {
  if (value === null || typeof value !== 'object') return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'string');
}

function isCredential(value: unknown): boolean {
  return hasStrings(value, 'privateKey', 'certificate', 'renewAfter');
}

function isIdentity(value: unknown): value is Identity {
  if (!hasStrings(value, 'deviceId', 'authorityName', 'url', 'ca', 'invitationId')) return false;
  const identity = value as Identity; // the members are checked one by one below
  return (
    isUuid(identity.deviceId) &&
    isCredential(identity.current) &&
    (identity.previous === null || isCredential(identity.previous)) &&
    (identity.refused === null || hasStrings(identity.refused, 'at', 'reason'))
  );
}

function isPendingKey(value: unknown): value is PendingKey {
  return hasStrings(value, 'purpose', 'privateKey', 'csr');
}
