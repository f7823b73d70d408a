import {
  FEDERATION_LIMITS,
  RELAY_TOKEN_TYPE,
  type RelayClaims,
  type RelayParams,
  RelayResults,
} from '@moorline/contracts/federation';
import {
  type AuthorityId,
  type Clock,
  type ConnectorId,
  type Entropy,
  type Logger,
  MoorlineError,
  uuidv7,
} from '@moorline/kernel';
import type { Actor } from '@moorline/model';
import { CompactSign } from 'jose';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { isStorableText } from '../text-safety.ts';
import { relayErrors } from './errors.ts';
import type { RelayKey } from './relay-key.ts';
import type { RelayResult, UplinkSession, UplinkSessions } from './sessions.ts';

export type RelayMethod = keyof typeof RelayParams;
export type RelayAnswer<M extends RelayMethod> = Static<(typeof RelayResults)[M]>;

/** Asks an attached authority to do or read something in the name of an administrator of this one. */
export interface Relay {
  /**
   * Signs the request, sends it down the connector's uplink and waits for the answer. Not repeated by itself.
   * @throws `relay.not_connected`, `relay.timeout`, `relay.busy`, `relay.answer_malformed`,
   *   `relay.actor_not_user`, and whatever code the other side answered with
   */
  request<M extends RelayMethod>(
    connectorId: ConnectorId,
    /** Null: this tenant itself, which sites allow to ask for nothing but probes and checks of the connection. */
    actor: Actor | null,
    method: M,
    params: Static<(typeof RelayParams)[M]>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<RelayAnswer<M>>;
}

/** Requests under way per connector. */
const MAX_IN_FLIGHT = 64;
const TIMEOUT_MS = 15_000;
const CODE = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/;

const VALIDATORS = {
  'actions.request': Compile(RelayResults['actions.request']),
  'actions.cancel': Compile(RelayResults['actions.cancel']),
  'actions.file': Compile(RelayResults['actions.file']),
  'inventory.overview': Compile(RelayResults['inventory.overview']),
  'inventory.document': Compile(RelayResults['inventory.document']),
  'inventory.history': Compile(RelayResults['inventory.history']),
  'inventory.difference': Compile(RelayResults['inventory.difference']),
  'inventory.refresh': Compile(RelayResults['inventory.refresh']),
  'connector.probe': Compile(RelayResults['connector.probe']),
  'connector.checkEndpoints': Compile(RelayResults['connector.checkEndpoints']),
  'connector.rotateCertificate': Compile(RelayResults['connector.rotateCertificate']),
  'connector.resync': Compile(RelayResults['connector.resync']),
  'connector.pauseUpload': Compile(RelayResults['connector.pauseUpload']),
} as const;

export function createRelay(deps: {
  readonly authorityId: AuthorityId;
  readonly key: RelayKey;
  readonly sessions: UplinkSessions;
  readonly nameOf: (connectorId: ConnectorId) => string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly timeoutMs?: number;
}): Relay {
  const { clock, entropy, key, logger } = deps;
  const timeoutMs = deps.timeoutMs ?? TIMEOUT_MS;

  /** @spec RFC 7515 §3.1 (compact), RFC 7519 §4.1 */
  const sign = (
    connectorId: ConnectorId,
    actor: Extract<Actor, { kind: 'user' }> | null,
    method: string,
    params: object,
    jti: string,
  ): Promise<string> => {
    const issuedAt = Math.floor(clock.now() / 1000);
    const claims: RelayClaims = {
      iss: deps.authorityId,
      aud: connectorId,
      jti,
      iat: issuedAt,
      exp: issuedAt + FEDERATION_LIMITS.relayLifeMs / 1000,
      act: actor && {
        userId: actor.userId,
        name: actor.name,
        role: actor.role,
        via: actor.via === 'token' ? 'token' : 'session',
      },
      method,
      params: { ...params },
    };
    return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: RELAY_TOKEN_TYPE })
      .sign(key.sign);
  };

  const ask = async (
    session: UplinkSession,
    id: string,
    jws: string,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<RelayResult> => {
    const done = new AbortController();
    const late = new AbortController();
    const waiting = clock
      .sleep(timeoutMs, { signal: done.signal })
      .then(() => late.abort(relayErrors.timeout({ name, seconds: timeoutMs / 1000 })))
      .catch(() => {}); // the answer came first
    try {
      const given = signal ? AbortSignal.any([late.signal, signal]) : late.signal;
      return await session.request(id, jws, given);
    } catch (thrown) {
      if (session.signal.aborted && !late.signal.aborted) throw relayErrors.notConnected({ name });
      throw thrown;
    } finally {
      done.abort();
      await waiting;
    }
  };

  return {
    async request(connectorId, actor, method, params, options = {}) {
      const name = deps.nameOf(connectorId);
      if (actor && actor.kind !== 'user') throw relayErrors.actorNotUser({ name: actor.name });
      const session = deps.sessions.get(connectorId);
      if (!session) throw relayErrors.notConnected({ name });
      if (session.inFlight >= MAX_IN_FLIGHT) throw relayErrors.busy({ name });
      const id = uuidv7(clock, entropy);
      const jws = await sign(connectorId, actor, method, params, id);
      const result = await ask(session, id, jws, name, options.signal);
      if (!result.ok) throw asError(result);
      if (!VALIDATORS[method].Check(result.value) || !isStorableText(result.value)) {
        logger.warn({ connectorId, method }, 'relay answer is malformed');
        throw relayErrors.answerMalformed({ name, method });
      }
      return result.value as RelayAnswer<typeof method>; // checked by the validator of this very method
    },
  };
}

/** The other side's refusal, as this side's callers see it: its code and text, never its HTTP session. */
function asError(refusal: Extract<RelayResult, { ok: false }>): MoorlineError {
  const status = refusal.status === 401 ? 403 : refusal.status >= 500 ? 502 : refusal.status;
  return new MoorlineError({
    code: CODE.test(refusal.code) ? refusal.code : 'relay.refused',
    kind: status >= 500 ? 'unavailable' : 'failure',
    status,
    text: refusal.message,
  });
}
