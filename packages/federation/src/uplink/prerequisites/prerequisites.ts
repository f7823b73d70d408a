import { X509Certificate } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Prerequisite } from '@moorline/contracts/admin';
import {
  CheckJoinTokenAnswer,
  decodeInvitation,
  FEDERATION_PATHS,
  type Invitation,
  JOIN_PREFIX,
} from '@moorline/contracts/federation';
import { type Database, sqlOf } from '@moorline/db';
import {
  type AuthorityId,
  type Clock,
  type Entropy,
  MoorlineError,
  uuidv7,
} from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import { Compile } from 'typebox/compile';
import { isStorableText } from '../../text-safety.ts';
import type { AttachmentStore } from '../attachment-store.ts';
import type { IdleCheck } from '../endpoints/idle-check.ts';
import type { EndpointMonitor } from '../endpoints/monitor.ts';
import type { Survey, SurveyedTenant } from '../endpoints/survey.ts';
import { siteAttachErrors } from '../errors.ts';
import { problemOf } from '../problem.ts';
import type { IdleLimit } from '../proxy/idle-limit.ts';
import { networkReason, type Route } from '../proxy/route.ts';
import type { AttachmentRow, UplinkTables } from '../tables.ts';
import { createTenantClient } from '../tenant-client.ts';
import { PREREQUISITE_IDS, PREREQUISITES, type PrerequisiteId } from './catalogue.ts';
import { docsLink } from './docs-link.ts';
import type { Facts, TokenFacts } from './facts.ts';
import { judgeSite, type SiteChecks } from './judge-site.ts';
import { judgeWay, type WayChecks } from './judge-way.ts';
import { type Judgement, notApplicable } from './judgement.ts';

/** Judges everything that attaching this site needs. */
export interface Prerequisites {
  /**
   * Against the tenant of the join token, or else the one that the site is attached to. The token is not spent.
   * @throws `attach.join_token_malformed`
   */
  check(actor: Actor, joinToken?: string): Promise<readonly Prerequisite[]>;
}

export interface PrerequisitesDeps {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly monitor: EndpointMonitor;
  readonly idleCheck: IdleCheck;
  readonly startIdleCheck: (tenant: SurveyedTenant) => void;
  readonly idleLimit: IdleLimit;
  readonly route: Route;
  /** Of this site's data: its disk is looked at. */
  readonly folder: string;
  /** PEM of this site's own authority. */
  readonly ownRoot: string;
  readonly deviceCount: () => Promise<number>;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

const tokenAnswerOf = Compile(CheckJoinTokenAnswer);

export function createPrerequisites(deps: PrerequisitesDeps): Prerequisites {
  const { profile, database, attachments, monitor, idleCheck, route, clock } = deps;
  const { authorityId } = profile;

  const askAbout = async (
    invitation: Invitation,
    seen: Survey,
  ): Promise<Pick<TokenFacts, 'answer' | 'problem'>> => {
    const root = seen.endpoints.find(({ result }) => result?.root)?.result?.root;
    if (!root)
      return { answer: null, problem: 'The tenant cannot be reached to ask about the token.' };
    using client = createTenantClient({ url: invitation.url, root, identity: null }, route);
    const body = {
      tokenId: invitation.id,
      tokenSecret: invitation.secret,
      siteId: authorityId,
      siteName: profile.name,
    };
    try {
      const answer = await client.post(FEDERATION_PATHS.attachCheck, JSON.stringify(body), {
        timeoutMs: 20_000,
      });
      if (answer.status !== 200) return { answer: null, problem: problemOf(answer).message };
      const { body: value } = answer;
      return tokenAnswerOf.Check(value) && isStorableText(value)
        ? { answer: value, problem: null }
        : { answer: null, problem: 'The tenant answered with something that no tenant says.' };
    } catch (error) {
      return { answer: null, problem: `The tenant could not be asked: ${networkReason(error)}.` };
    }
  };

  const gather = async (actor: Actor, invitation: Invitation | null): Promise<Facts> => {
    const { attachment, links } = await database.read(authorityId, async (tx) => ({
      attachment: await attachments.read(tx),
      links: await attachments.links(tx),
    }));
    const present = await monitor.attachedTenant();
    const tenant: SurveyedTenant | null = invitation ?? present;
    if (tenant) deps.startIdleCheck(tenant);
    const seen = tenant ? await monitor.survey(tenant) : null;
    return {
      now: clock.now(),
      siteName: profile.name,
      actor,
      attachment,
      links,
      token:
        invitation && seen
          ? {
              invitation,
              ...(await askAbout(invitation, seen)),
              isOfPresentTenant: present?.rootFingerprint === invitation.rootFingerprint,
            }
          : null,
      survey: seen,
      idle: tenant ? idleCheck.state(tenant) : null,
      signOfLifeMs: deps.idleLimit.signOfLifeMs,
      proxy: route.proxy,
      certificates: certificatesOf(deps.ownRoot, attachment, seen),
      databaseProblem: await tryWrite(database, authorityId, deps),
      disk: await diskOf(deps.folder),
      deviceCount: await deps.deviceCount(),
    };
  };

  return {
    async check(actor, joinToken) {
      const invitation =
        joinToken === undefined
          ? null
          : decodeInvitation(JOIN_PREFIX, joinToken.replace(/\s+/g, ''));
      if (invitation === undefined) throw siteAttachErrors.joinTokenMalformed();
      const facts = await gather(actor, invitation);
      return PREREQUISITE_IDS.map((id) => ({
        id,
        title: PREREQUISITES[id].title,
        ...judge(id, facts),
        why: PREREQUISITES[id].why,
        fix: PREREQUISITES[id].fix,
        link: docsLink(`check-${id.toLowerCase()}`),
      }));
    },
  };
}

function judge(id: PrerequisiteId, facts: Facts): Judgement {
  if (isOfSite(id)) return judgeSite[id](facts);
  const { survey } = facts;
  if (survey) return judgeWay[id]({ ...facts, survey });
  return notApplicable(
    'No tenant is known yet: check with a join token of it (moorline attach check --join-token TOKEN).',
  );
}

function isOfSite(id: PrerequisiteId): id is SiteChecks {
  const ofWay: readonly string[] = Object.keys(judgeWay) satisfies readonly string[];
  return !ofWay.includes(id);
}

// Together the two tables hold every id: what is missing from both does not compile.
export type EveryCheckIsJudged = [Exclude<PrerequisiteId, SiteChecks | WayChecks>] extends [never]
  ? true
  : never;

function certificatesOf(
  ownRoot: string,
  attachment: AttachmentRow | undefined,
  seen: Survey | null,
): Facts['certificates'] {
  const shownRoot = seen?.endpoints.find(({ result }) => result?.root)?.result?.root;
  const tenantRoot = shownRoot ?? attachment?.root_certificate;
  const named: readonly (readonly [string, string | undefined])[] = [
    ['this site’s authority', ownRoot],
    ['the connector', attachment?.certificate],
    ['the tenant’s authority', tenantRoot],
  ];
  return named.flatMap(([name, pem]) => {
    if (pem === undefined) return [];
    const certificate = new X509Certificate(pem);
    return [
      {
        name,
        notBefore: certificate.validFromDate.getTime(),
        notAfter: certificate.validToDate.getTime(),
      },
    ];
  });
}

class TakenBack extends Error {}

/** Writes a row and takes it back. */
async function tryWrite(
  database: Database,
  authorityId: AuthorityId,
  { clock, entropy }: { readonly clock: Clock; readonly entropy: Entropy },
): Promise<string | null> {
  try {
    await database.transaction(authorityId, async (tx) => {
      await sqlOf<UplinkTables>(tx)
        .insertInto('status_messages')
        .values({
          authority_id: authorityId,
          id: uuidv7(clock, entropy),
          message_id: 0,
          severity: 'info',
          message: '',
          raised_at: new Date(clock.now()),
        })
        .execute();
      throw new TakenBack();
    });
    return null;
  } catch (error) {
    if (error instanceof TakenBack) return null;
    if (error instanceof MoorlineError) return error.message;
    return error instanceof Error ? error.message : String(error);
  }
}

async function diskOf(folder: string): Promise<Facts['disk']> {
  try {
    // Before the first key is made the folder is not there; the one that holds it is.
    const { bavail, blocks, bsize } = await statfs(folder).catch(() => statfs(dirname(folder)));
    return blocks > 0 ? { freeBytes: bavail * bsize, totalBytes: blocks * bsize } : null;
  } catch {
    return null; // not every file system tells
  }
}
