import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  AttachAnswer,
  type AttachBody,
  decodeInvitation,
  FEDERATION_PATHS,
  FEDERATION_PROTOCOL,
  JOIN_PREFIX,
} from '@moorline/contracts/federation';
import { type Database, dropChanges } from '@moorline/db';
import { type AuthorityId, type Clock, isUuid, MoorlineError } from '@moorline/kernel';
import { fingerprintOf, pinRoot, pkiErrors } from '@moorline/pki';
import { Compile } from 'typebox/compile';
import type { RecordAudit } from '../ports.ts';
import { isStorableText } from '../text-safety.ts';
import type { AttachmentStore } from './attachment-store.ts';
import type { UploadCursors } from './cursor-store.ts';
import type { Departures } from './departures.ts';
import { siteAttachErrors } from './errors.ts';
import type { KeyFiles } from './key-files.ts';
import { problemOf } from './problem.ts';
import type { Route } from './proxy/route.ts';
import type { AttachmentRow } from './tables.ts';
import { createTenantClient, type TenantAnswer } from './tenant-client.ts';

/** The administrator of this site who attaches it. */
export interface LocalUser {
  readonly userId: string;
  readonly name: string;
}

export interface AttachOptions {
  /** Takes the place of a server with this site's identity that is connected at the tenant now. */
  readonly replaceConnected?: boolean | undefined;
}

export interface Attached {
  readonly connectorId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly tenantUrl: string;
}

const answerOf = Compile(AttachAnswer);

/**
 * Attaches the site with a join token: pins the tenant's root, has a certificate made for a key that is on disk
 * before anything is asked, and stores all of it with the first link of administrators in one transaction.
 * Repeatable after a kill at any point; for the tenant that the site has already, it renews the attachment.
 */
export function createSiteAttach(deps: {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly version: string;
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly cursors: UploadCursors;
  readonly keys: KeyFiles;
  readonly departures: Pick<Departures, 'cancel'>;
  readonly route: Route;
  readonly clock: Clock;
  readonly audit: RecordAudit;
}): (joinToken: string, localUser: LocalUser, options?: AttachOptions) => Promise<Attached> {
  const { profile, database, attachments, cursors, keys, clock } = deps;

  const ask = async (
    url: string,
    root: string,
    privateKey: string,
    body: AttachBody,
  ): Promise<AttachAnswer> => {
    using client = createTenantClient({ url, root, identity: null }, deps.route);
    let answer: TenantAnswer;
    try {
      answer = await client.post(FEDERATION_PATHS.attach, JSON.stringify(body), {
        timeoutMs: 20_000,
      });
    } catch (error) {
      throw siteAttachErrors.tenantUnreachable({ url, reason: reasonOf(error) }, { cause: error });
    }
    if (answer.status !== 200) throw problemOf(answer);
    const { body: value } = answer;
    if (!answerOf.Check(value) || !isSound(value, privateKey)) {
      throw siteAttachErrors.tenantAnswerMalformed({ url });
    }
    return value;
  };

  return async (joinToken, localUser, options = {}) => {
    const invitation = decodeInvitation(JOIN_PREFIX, joinToken);
    if (!invitation) throw siteAttachErrors.joinTokenMalformed();
    const { url } = invitation;
    const present = await database.read(profile.authorityId, attachments.read);
    if (present && !isRoot(present, invitation.rootFingerprint)) {
      throw siteAttachErrors.alreadyAttached({
        tenantName: present.tenant_name,
        tenantUrl: present.tenant_url,
      });
    }
    const root = await pin(url, invitation.rootFingerprint, deps.route);
    const key = await keys.unused(present?.key_file ?? null);
    const { epoch } = await cursors.read();
    const answer = await ask(url, root, key.privateKey, {
      protocol: FEDERATION_PROTOCOL,
      tokenId: invitation.id,
      tokenSecret: invitation.secret,
      csr: key.csr,
      siteId: profile.authorityId,
      siteName: profile.name,
      siteVersion: deps.version,
      epoch,
      // A site that holds the attachment is the one that is connected.
      ...((options.replaceConnected || present) && { replaceConnected: true }),
    });
    await database.transaction(profile.authorityId, async (tx) => {
      const now = clock.now();
      await deps.departures.cancel(tx, answer.tenantId);
      // Nobody knows of devices that left before somebody was told of them.
      if (!present) await dropChanges(tx, 'departure');
      await attachments.put(tx, {
        tenant_id: answer.tenantId,
        tenant_name: answer.tenantName,
        tenant_url: url,
        root_certificate: root,
        connector_id: answer.connectorId,
        certificate: answer.certificate,
        key_file: key.name,
        renew_after: new Date(answer.renewAfter),
        relay_key: answer.relayKey,
        attached_at: new Date(now),
        attached_by: localUser.name,
      });
      await attachments.putLink(tx, {
        tenant_user_id: answer.administrator.userId,
        tenant_user_name: answer.administrator.name,
        local_user_id: localUser.userId,
        local_user_name: localUser.name,
        linked_at: new Date(now),
      });
      await deps.audit(tx, {
        activity: 'cloudAttach.attach',
        actor: localUser.name,
        target: answer.connectorId,
        result: 'success',
        details: {
          tenantId: answer.tenantId,
          tenantName: answer.tenantName,
          tenantUrl: url,
          rootFingerprint: invitation.rootFingerprint,
          linkedTenantUser: answer.administrator.name,
          linkedTenantUserId: answer.administrator.userId,
        },
        at: now,
      });
    });
    await keys.keepOnly(key.name);
    return {
      connectorId: answer.connectorId,
      tenantId: answer.tenantId,
      tenantName: answer.tenantName,
      tenantUrl: url,
    };
  };
}

/** PEM of the root that answers at the address. @throws `attach.tenant_unreachable`, `pki.root_mismatch` */
export async function pin(url: string, rootFingerprint: string, route: Route): Promise<string> {
  try {
    return await pinRoot(url, rootFingerprint, { open: route.open });
  } catch (error) {
    if (error instanceof MoorlineError && error.code === pkiErrors.serverUnreachable.spec.code) {
      const { reason } = error.details;
      throw siteAttachErrors.tenantUnreachable(
        { url, reason: typeof reason === 'string' ? reason : error.message },
        { cause: error },
      );
    }
    throw error;
  }
}

/** What the schema cannot say: ids, times and text that can be stored, and a certificate for the very key. */
function isSound(answer: AttachAnswer, privateKey: string): boolean {
  if (![answer.tenantId, answer.connectorId, answer.administrator.userId].every(isUuid))
    return false;
  if (Number.isNaN(Date.parse(answer.renewAfter)) || !isStorableText(answer)) return false;
  try {
    return new X509Certificate(answer.certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}

export function isRoot(attachment: AttachmentRow, fingerprint: string): boolean {
  return fingerprintOf(new X509Certificate(attachment.root_certificate)) === fingerprint;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
