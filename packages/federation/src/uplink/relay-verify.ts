import { FEDERATION_LIMITS, RELAY_TOKEN_TYPE, RelayClaims } from '@moorline/contracts/federation';
import type { Clock } from '@moorline/kernel';
import { compactVerify, importJWK, type JWK } from 'jose';
import { Compile } from 'typebox/compile';
import { isStorableText } from '../text-safety.ts';
import { relayRefusals } from './errors.ts';

/** Against what a relay request is held: who may sign it, and for whom. */
export interface RelayTrust {
  readonly tenantId: string;
  readonly connectorId: string;
  readonly siteName: string;
  /** The pinned public JWK, with `kid`. */
  readonly relayKey: Readonly<Record<string, unknown>>;
}

export type VerifyRelay = (jws: string) => Promise<RelayClaims>;

const claimsOf = Compile(RelayClaims);

/**
 * Verifies a relay request: the one pinned key by its `kid`, ES256 and nothing else, the type, who it is from and
 * for, and that it is fresh. Whether it was seen before is the caller's to check.
 * @throws `relay.signature_invalid`, `relay.claims_invalid`, `relay.issuer_wrong`, `relay.audience_wrong`,
 *   `relay.life_too_long`, `relay.not_yet_valid`, `relay.expired`
 * @spec RFC 7515 §5.2, RFC 8725 §3; docs/protocols/federation.md §6
 */
export async function createVerifyRelay(trust: RelayTrust, clock: Clock): Promise<VerifyRelay> {
  const jwk: JWK = trust.relayKey;
  const key = await importJWK(jwk, 'ES256');
  return async (jws) => {
    const payload = await verifySignature(jws, key, jwk.kid);
    const claims = parseClaims(payload);
    checkClaims(claims, trust, clock.now());
    return claims;
  };
}

async function verifySignature(
  jws: string,
  key: Awaited<ReturnType<typeof importJWK>>,
  kid: string | undefined,
): Promise<Uint8Array> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['ES256'] });
    if (kid === undefined || protectedHeader.kid !== kid) throw new Error('another key id');
    if (protectedHeader.typ !== RELAY_TOKEN_TYPE) throw new Error('another type of token');
    return payload;
  } catch (error) {
    throw relayRefusals.signatureInvalid({}, { cause: error });
  }
}

function parseClaims(payload: Uint8Array): RelayClaims {
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    throw relayRefusals.claimsInvalid({ problem: 'it is not JSON' }, { cause: error });
  }
  if (!claimsOf.Check(claims)) {
    const [first] = claimsOf.Errors(claims);
    throw relayRefusals.claimsInvalid({
      problem: `${first?.instancePath || 'it'} ${first?.message ?? 'is not as the protocol says'}`,
    });
  }
  if (!isStorableText(claims)) {
    throw relayRefusals.claimsInvalid({ problem: 'a text holds a NUL or half a character' });
  }
  return claims;
}

function checkClaims(claims: RelayClaims, trust: RelayTrust, now: number): void {
  const { relayLifeMs, clockSkewMs } = FEDERATION_LIMITS;
  const { siteName } = trust;
  if (claims.iss !== trust.tenantId) throw relayRefusals.issuerWrong({ siteName });
  if (claims.aud !== trust.connectorId) throw relayRefusals.audienceWrong({ siteName });
  if ((claims.exp - claims.iat) * 1000 > relayLifeMs) {
    throw relayRefusals.lifeTooLong({ seconds: relayLifeMs / 1000 });
  }
  if (claims.iat * 1000 > now + clockSkewMs) throw relayRefusals.notYetValid({ siteName });
  if (claims.exp * 1000 + clockSkewMs <= now) throw relayRefusals.expired({ siteName });
}
