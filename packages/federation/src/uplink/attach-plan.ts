import type { AttachPlan, PlanAttach, UploadSettings } from '@moorline/contracts/admin';
import {
  CheckJoinTokenAnswer,
  decodeInvitation,
  FEDERATION_PATHS,
  type Invitation,
  JOIN_PREFIX,
} from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import { type AuthorityId, MoorlineError } from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import type { UploadSource } from '@moorline/model/ports';
import { Compile } from 'typebox/compile';
import { isStorableText } from '../text-safety.ts';
import { isRoot, pin } from './attach.ts';
import type { AttachmentStore } from './attachment-store.ts';
import { siteAttachErrors } from './errors.ts';
import { problemOf } from './problem.ts';
import type { Route } from './proxy/route.ts';
import type { AttachmentRow, LinkRow } from './tables.ts';
import { createTenantClient } from './tenant-client.ts';
import { selectionOf, type UploadChoices, withChange } from './upload-settings.ts';

type Change = AttachPlan['changes'][number];

const tokenAnswerOf = Compile(CheckJoinTokenAnswer);

/**
 * What attaching with these choices would do on both sides; nothing is done, and the token is not spent. Where the
 * site is attached and connected, a token of the same tenant changes nothing, spent or not.
 * @throws `attach.join_token_*`, `attach.already_attached`, `attach.tenant_unreachable`, `upload.scope_empty`
 */
export function createAttachPlan(deps: {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly choices: Pick<UploadChoices, 'current'>;
  readonly source: () => UploadSource;
  readonly route: Route;
  readonly isConnected: () => boolean;
}): (actor: Actor, body: PlanAttach) => Promise<AttachPlan> {
  const { profile, database, attachments } = deps;
  const { authorityId } = profile;

  /** @throws `attach.join_token_*` as attaching would */
  const askAbout = async (invitation: Invitation): Promise<CheckJoinTokenAnswer> => {
    const { url } = invitation;
    const root = await pin(url, invitation.rootFingerprint, deps.route);
    using client = createTenantClient({ url, root, identity: null }, deps.route);
    const body = {
      tokenId: invitation.id,
      tokenSecret: invitation.secret,
      siteId: authorityId,
      siteName: profile.name,
    };
    const answer = await client.post(FEDERATION_PATHS.attachCheck, JSON.stringify(body), {
      timeoutMs: 20_000,
    });
    if (answer.status !== 200) throw problemOf(answer);
    if (!tokenAnswerOf.Check(answer.body) || !isStorableText(answer.body)) {
      throw siteAttachErrors.tenantAnswerMalformed({ url });
    }
    return answer.body;
  };

  /** What the token is good for; null: the site is attached without it. */
  const tokenOf = async (
    invitation: Invitation | null,
    attachment: AttachmentRow | undefined,
  ): Promise<CheckJoinTokenAnswer | null> => {
    if (!invitation) return null;
    if (attachment && !isRoot(attachment, invitation.rootFingerprint)) {
      throw siteAttachErrors.alreadyAttached({
        tenantName: attachment.tenant_name,
        tenantUrl: attachment.tenant_url,
      });
    }
    if (attachment && deps.isConnected()) return null;
    try {
      return await askAbout(invitation);
    } catch (error) {
      // One that is spent or over attached this site before: what is there stays.
      if (attachment && error instanceof MoorlineError) return null;
      throw error;
    }
  };

  return async (actor, { joinToken, uploadSettings }) => {
    const invitation = joinToken === undefined ? null : decodeInvitation(JOIN_PREFIX, joinToken);
    if (invitation === undefined) throw siteAttachErrors.joinTokenMalformed();
    const { attachment, links } = await database.read(authorityId, async (tx) => ({
      attachment: await attachments.read(tx),
      links: await attachments.links(tx),
    }));
    const { settings: before } = await deps.choices.current();
    const after = withChange(before, uploadSettings ?? {});
    const token = await tokenOf(invitation, attachment);
    const counts = await deps.source().previewDevices(selectionOf(after), 0);
    const tenantName = token?.tenantName ?? attachment?.tenant_name ?? null;
    const isAttaching = token !== null;
    const differences = differencesOf(before, after);
    const changes: Change[] = [settingsChange(differences)];
    if (isAttaching || attachment) {
      const tenant = tenantName ?? 'the tenant';
      const changesWhatLeaves = differences.some((line) => /^(scope|categories):/.test(line));
      changes.push(
        ...identityChanges(tenant, attachment !== undefined, token),
        linkChange(actor, token, links),
        {
          id: 'uplink',
          side: 'site',
          change: deps.isConnected() ? 'keep' : 'create',
          title: 'Connection to the tenant',
          detail: deps.isConnected()
            ? `The site is connected to ${tenant}.`
            : `The site dials ${tenant} and keeps the connection open; nothing dials in.`,
        },
        {
          id: 'devices',
          side: 'tenant',
          change: !attachment ? 'create' : changesWhatLeaves ? 'update' : 'keep',
          title: 'Devices',
          detail: `${counts.selected} devices of this site ${attachment ? 'are' : 'appear'} in ${tenant}; ${counts.withheld} stay here only.`,
        },
      );
    }
    return {
      tenantName,
      tenantUrl: invitation?.url ?? attachment?.tenant_url ?? null,
      isUpToDate: changes.every(({ change }) => change === 'keep'),
      changes,
    };
  };
}

function settingsChange(differences: readonly string[]): Change {
  return {
    id: 'uploadSettings',
    side: 'site',
    change: differences.length === 0 ? 'keep' : 'update',
    title: 'Upload settings',
    detail: differences.length === 0 ? 'They are as they should be.' : `${differences.join('; ')}.`,
  };
}

function identityChanges(
  tenant: string,
  isAttached: boolean,
  token: CheckJoinTokenAnswer | null,
): readonly Change[] {
  const isNew = !isAttached;
  const change = token === null ? 'keep' : isNew ? 'create' : 'update';
  return [
    {
      id: 'key',
      side: 'site',
      change,
      title: 'Private key of the connector',
      detail:
        change === 'keep'
          ? 'It is there, and never leaves this server.'
          : 'Made here, in a file that only this server reads; it never leaves.',
    },
    {
      id: 'connector',
      side: 'tenant',
      change: token !== null && !token.isKnownSite ? 'create' : 'keep',
      title: 'Connector',
      detail: token?.isConnected
        ? `${tenant} has a connector of this site, and it is connected now: attaching takes its place.`
        : token !== null && !token.isKnownSite
          ? `${tenant} gets a connector of this site.`
          : `${tenant} has a connector of this site, which keeps its id.`,
    },
    {
      id: 'certificate',
      side: 'tenant',
      change,
      title: 'Certificate of the connector',
      detail:
        change === 'keep'
          ? 'It is in use, and renews itself.'
          : `Issued by ${tenant} for 30 days and renewed by itself; one from before ends at once.`,
    },
  ];
}

function linkChange(
  actor: Actor,
  token: CheckJoinTokenAnswer | null,
  links: readonly LinkRow[],
): Change {
  const isLinked = links.some(
    (link) =>
      (token === null || link.tenant_user_name === token.administrator) &&
      actor.kind === 'user' &&
      link.local_user_id === actor.userId,
  );
  return {
    id: 'linkedAdministrator',
    side: 'site',
    change: token === null || isLinked ? 'keep' : 'create',
    title: 'Linked administrator',
    detail:
      token === null
        ? `${links.length} administrators of the tenant are linked to accounts of this site.`
        : `${token.administrator} of the tenant acts here as ${actor.kind === 'user' ? actor.name : 'nobody'}, with that account’s rights.`,
  };
}

/** What differs, a line for each setting. */
function differencesOf(before: UploadSettings, after: UploadSettings): readonly string[] {
  const names = Object.keys(after) as (keyof UploadSettings)[]; // the keys of the schema
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name}: ${JSON.stringify(before[name])} → ${JSON.stringify(after[name])}`);
}
