import {
  FEDERATION_LIMITS,
  RELAY_METHODS,
  type RelayClaims,
  type UpMessage,
} from '@moorline/contracts/federation';
import type { Database } from '@moorline/db';
import {
  type AuthorityId,
  asMoorlineError,
  isUuid,
  type Logger,
  type MoorlineError,
  type UserId,
} from '@moorline/kernel';
import type { Actor, Permission, UploadPermissions } from '@moorline/model';
import type { RefusalAudit } from '../refusal-audit.ts';
import type { AttachmentStore } from './attachment-store.ts';
import { relayRefusals } from './errors.ts';
import type { RelayMethods } from './relay-methods.ts';
import type { RelaySeen } from './relay-seen.ts';
import type { VerifyRelay } from './relay-verify.ts';

export type RelayResult = Extract<UpMessage, { type: 'relayResult' }>['result'];

/** Answers one relay request; never throws: what goes wrong is the answer. */
export type HandleRelay = (jws: string) => Promise<RelayResult>;

export interface RelayHandlerDeps {
  readonly authorityId: AuthorityId;
  readonly siteName: string;
  readonly tenantName: string;
  readonly database: Database;
  readonly verify: VerifyRelay;
  readonly seen: RelaySeen;
  readonly methods: RelayMethods;
  readonly attachments: AttachmentStore;
  /** Whose permissions decide, as the site has it now. */
  readonly decidedBy: () => Promise<UploadPermissions>;
  /** What is allowed where the tenant alone decides. */
  readonly ceiling: () => Promise<readonly Permission[]>;
  /** The local account as it is now; null when it is disabled or gone. */
  readonly resolveLocalActor: (userId: UserId) => Promise<Actor | null>;
  readonly refusals: RefusalAudit;
  readonly logger: Logger;
}

const MAX_IN_FLIGHT = 64;
/** What a tenant may ask for in nobody's name: it changes nothing here and tells of no device. */
const TENANTS_OWN: ReadonlySet<string> = new Set([
  RELAY_METHODS.probe,
  RELAY_METHODS.checkEndpoints,
]);
/** Leaves room for the message around the value. */
const MAX_RESULT_BYTES = FEDERATION_LIMITS.relayMessageBytes - 4096;

/**
 * Carries out relay requests: verified, taken once, from the table, as the local administrator whom the tenant's
 * one is linked to, or, where the tenant alone decides, with what the site's ceiling allows. Refusals are recorded under their code and change nothing.
 * @spec docs/protocols/federation.md §6
 */
export function createRelayHandler(deps: RelayHandlerDeps): HandleRelay {
  const { authorityId, siteName, tenantName, database, logger } = deps;
  let inFlight = 0;

  const actorOf = async (claims: RelayClaims): Promise<Actor> => {
    const { act, method } = claims;
    if (act === null) {
      if (!TENANTS_OWN.has(method)) throw relayRefusals.personMissing({ method, tenantName });
      return { kind: 'system', name: tenantName };
    }
    const { userId: tenantUserId, name } = act;
    if ((await deps.decidedBy()) === 'tenantOnly') {
      return ofTenant(claims, await deps.ceiling());
    }
    const link = isUuid(tenantUserId)
      ? await database.read(authorityId, (tx) => deps.attachments.link(tx, tenantUserId))
      : undefined;
    if (!link) throw relayRefusals.userNotLinked({ name, tenantName, siteName, tenantUserId });
    // The table's uuid columns hold ids of users of either side.
    const local = await deps.resolveLocalActor(link.local_user_id as UserId);
    if (local?.kind !== 'user') {
      const { local_user_name: localUserName } = link;
      throw relayRefusals.localAccountUnavailable({ name, tenantName, siteName, localUserName });
    }
    return {
      ...local,
      via: 'relay',
      onBehalfOf: { userId: tenantUserId as UserId, name, authorityName: tenantName },
    };
  };

  /** The tenant's word for its administrator, up to the ceiling: no local account has a part in it. */
  const ofTenant = ({ act }: RelayClaims, permissions: readonly Permission[]): Actor => {
    const { userId, name } = act ?? { userId: '', name: tenantName };
    if (!isUuid(userId)) throw relayRefusals.claimsInvalid({ problem: '/act/userId is no UUID' });
    const role = `Decided by ${tenantName}`;
    return {
      kind: 'user',
      userId: userId as unknown as UserId, // a UUID is all that the brand promises
      name: tenantName,
      role,
      grants: [{ role, permissions, reach: null }],
      via: 'relay',
      onBehalfOf: { userId: userId as unknown as UserId, name, authorityName: tenantName },
    };
  };

  /** The refusal of this site's own gate, told as such: by whom, and what is missing. */
  const namingGate = async <T>(actor: Actor, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      const error = asMoorlineError(thrown);
      if (error.code !== 'access.denied' || actor.kind !== 'user') throw thrown;
      const { permission = '', role = actor.role } = error.details;
      const name = actor.onBehalfOf?.name ?? actor.name;
      const where = { siteName, tenantName, name, permission, role };
      const isCeiling = (await deps.decidedBy()) === 'tenantOnly';
      throw isCeiling
        ? relayRefusals.deniedByCeiling(where, { cause: error })
        : relayRefusals.deniedBySite({ ...where, localUserName: actor.name }, { cause: error });
    }
  };

  const carryOut = async (jws: string, note: (claims: RelayClaims) => void): Promise<unknown> => {
    const claims = await deps.verify(jws);
    note(claims);
    await deps.seen.take(claims);
    const call = deps.methods(claims.method, claims.params);
    const actor = await actorOf(claims);
    const value = await namingGate(actor, () => call(actor));
    if (Buffer.byteLength(JSON.stringify(value)) > MAX_RESULT_BYTES) {
      throw relayRefusals.resultTooLarge();
    }
    return value;
  };

  const record = (error: MoorlineError, claims: RelayClaims | undefined): Promise<void> =>
    deps.refusals.record(
      {
        activity: 'relay.refuse',
        // A name is the tenant's word only once its signature holds.
        actor: claims?.act ? `${claims.act.name} (${tenantName})` : tenantName,
        target: claims?.jti ?? null,
        origin: tenantName,
        details: { method: claims?.method ?? null, tenantUserId: claims?.act?.userId ?? null },
      },
      error,
    );

  return async (jws) => {
    if (inFlight >= MAX_IN_FLIGHT) return refusal(relayRefusals.busy({ siteName }));
    inFlight += 1;
    let claims: RelayClaims | undefined;
    try {
      const value = await carryOut(jws, (verified) => {
        claims = verified;
      });
      return { ok: true, value };
    } catch (thrown) {
      const error = asMoorlineError(thrown);
      if (error.kind === 'bug') {
        logger.error({ err: error.cause ?? error, method: claims?.method }, 'relay request failed');
      }
      if (error.kind === 'failure' && !isOvertaken(error, claims)) {
        await record(error, claims).catch((err: unknown) =>
          logger.error({ err }, 'a refusal could not be recorded'),
        );
      }
      return refusal(error);
    } finally {
      inFlight -= 1;
    }
  };
}

function refusal(error: MoorlineError): RelayResult {
  return {
    ok: false,
    code: error.code.slice(0, 128),
    status: error.status,
    message: error.message.slice(0, 2000),
  };
}

/** A probe of the tenant's own that met an attachment which had just ended: nobody was refused anything. */
function isOvertaken({ code }: MoorlineError, claims: RelayClaims | undefined): boolean {
  return claims?.act === null && code === 'attach.not_attached';
}
