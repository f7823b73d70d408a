import type { Bus } from '@moorline/bus';
import { deviceUri } from '@moorline/contracts/agent';
import { type Database, recordset, sqlOf } from '@moorline/db';
import { type Clock, type DeviceId, type Entropy, MoorlineError, uuidv7 } from '@moorline/kernel';
import type { EnrolRequest, IssuedIdentity, Transaction } from '@moorline/model/ports';
import { CLIENT_LIFE_MS, type IssuedCertificate, type Issuer, readCsr } from '@moorline/pki';
import { sql } from 'kysely';
import { createGroupCommit } from '../../group-commit.ts';
import type { Profile } from '../../profile.ts';
import { announce } from '../../topics.ts';
import { recordAudits, storable } from '../audit/index.ts';
import { insertEnrolled } from '../devices/index.ts';
import {
  identityOf,
  insertCertificates,
  keyFingerprint,
  type NewCertificate,
  presentCertificate,
} from './certificates.ts';
import { enrolmentErrors } from './errors.ts';
import type { EnrolmentTables } from './tables.ts';
import {
  checkTokenAlive,
  findToken,
  findTokens,
  type PresentedToken,
  readToken,
  type TokenRow,
} from './tokens.ts';

interface Candidate extends NewCertificate {
  readonly tokenId: string;
  readonly name: string;
  readonly clientVersion: string;
  readonly remoteAddress: string;
}

/** `repeated`: another request with this token and key came first; ask what it made. */
type Outcome = 'enrolled' | 'repeated';

const MAX_GROUP = 64;
// A device waits for its key, a handshake and a signature: the last of it is worth a commit that others share.
const GATHER_MS = 20;

/**
 * Enrols a device: token checked, certificate issued, then device, certificate, quota and audit record in one
 * transaction that concurrent requests share. The same token with the same key answers the device that it
 * made; a new key is a new device, whatever name it gives.
 */
export function createEnrol(deps: {
  readonly profile: Profile;
  readonly database: Database;
  readonly issuer: Issuer;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly entropy: Entropy;
}): (request: EnrolRequest) => Promise<IssuedIdentity> {
  const { profile, database, issuer, bus, clock, entropy } = deps;
  const { authorityId } = profile;
  const commit = createGroupCommit<Candidate, Outcome>({
    commit: (candidates) =>
      database.transaction(authorityId, (tx) => store(tx, candidates, { bus, now: clock.now() })),
    maxItems: MAX_GROUP,
    gatherMs: GATHER_MS,
  });
  const find = createGroupCommit<PresentedToken, TokenRow>({
    commit: (presented) => database.read(authorityId, (tx) => findTokens(tx, presented)),
    maxItems: MAX_GROUP,
  });

  /** For `deviceId`; whoever asks has shown the token. */
  async function issue(deviceId: DeviceId, csr: string, name: string): Promise<IssuedCertificate> {
    return issuer.issueFromCsr(csr, {
      kind: 'client',
      uri: deviceUri(deviceId),
      commonName: name,
      lifeMs: CLIENT_LIFE_MS,
    });
  }

  /** What an earlier request with this token and key is answered, or undefined when there was none. */
  async function repeat(
    presented: PresentedToken,
    key: string,
    csr: string,
    name: string,
  ): Promise<IssuedIdentity | undefined> {
    const known = await database.read(authorityId, (tx) =>
      findRepeat(tx, profile, presented, key, clock.now()),
    );
    if (!known) return undefined;
    const { deviceId } = known;
    if (known.certificate) return identityOf(deviceId, known.certificate, issuer.caCertificate);
    const certificate = await issue(deviceId, csr, name);
    await database.transaction(authorityId, (tx) =>
      insertCertificates(tx, [{ deviceId, keyFingerprint: key, certificate }], clock.now()),
    );
    return identityOf(deviceId, certificate, issuer.caCertificate);
  }

  return async (request) => {
    const presented = readToken(request.token);
    if (!presented) throw enrolmentErrors.tokenInvalid();
    const name = storable(request.deviceName).slice(0, 255).toWellFormed();
    // The token first: whoever has none must not make us verify signatures.
    const token = await find(presented);
    checkTokenAlive(token, clock.now());
    if (token.used >= token.quota) {
      const key = keyFingerprint(await readCsr(request.csr));
      const known = await repeat(presented, key, request.csr, name);
      if (!known) throw enrolmentErrors.tokenQuotaUsed({ quota: token.quota });
      return known;
    }
    // A token that is not used up has most likely not seen this key: the commit finds out for certain.
    const deviceId = uuidv7<DeviceId>(clock, entropy);
    const certificate = await issue(deviceId, request.csr, name);
    const key = certificate.keyFingerprint;
    const outcome = await commit({
      deviceId,
      certificate,
      keyFingerprint: key,
      tokenId: presented.id,
      name,
      clientVersion: storable(request.clientVersion).slice(0, 64),
      remoteAddress: request.remoteAddress,
    });
    if (outcome === 'enrolled') return identityOf(deviceId, certificate, issuer.caCertificate);
    const known = await repeat(presented, key, request.csr, name);
    // The device that came first has been removed in this very moment.
    if (!known) throw enrolmentErrors.deviceUnknown({ authority: profile.name });
    return known;
  };
}

/** The device that this token made for this key, with a certificate that is still good for long, if there is one. */
async function findRepeat(
  tx: Transaction,
  profile: Profile,
  presented: PresentedToken,
  key: string,
  now: number,
): Promise<
  { deviceId: DeviceId; certificate: { pem: string; renewAfter: number } | undefined } | undefined
> {
  const token = await findToken(tx, presented);
  const { rows } = await sql<{ device_id: DeviceId; is_blocked: boolean }>`
    select e.device_id, d.is_blocked from enrolments e
    join devices d on d.authority_id = e.authority_id and d.id = e.device_id
    where e.authority_id = ${tx.authorityId} and e.token_id = ${token.id}
      and e.key_fingerprint = ${key}`.execute(sqlOf(tx));
  const [row] = rows;
  if (!row) return undefined;
  if (row.is_blocked) throw enrolmentErrors.deviceBlocked({ authority: profile.name });
  const certificate = await presentCertificate(tx, row.device_id, key, now);
  return {
    deviceId: row.device_id,
    certificate: certificate && {
      pem: certificate.pem,
      renewAfter: certificate.renew_after.getTime(),
    },
  };
}

/** One transaction for all: tokens locked in order, each candidate judged by what the ones before it used. */
async function store(
  tx: Transaction,
  candidates: readonly Candidate[],
  context: { readonly bus: Bus; readonly now: number },
): Promise<(Outcome | Error)[]> {
  const { bus, now } = context;
  const db = sqlOf<EnrolmentTables>(tx);
  const tokenIds = [...new Set(candidates.map((candidate) => candidate.tokenId))].sort();
  const tokens = await db
    .selectFrom('enrolment_tokens')
    .selectAll()
    .where('authority_id', '=', tx.authorityId)
    .where('id', 'in', tokenIds)
    .orderBy('id')
    .forUpdate()
    .execute();
  const enrolled = await db
    .selectFrom('enrolments')
    .select(['token_id', 'key_fingerprint'])
    .where('authority_id', '=', tx.authorityId)
    .where('token_id', 'in', tokenIds)
    .where(
      'key_fingerprint',
      'in',
      candidates.map((candidate) => candidate.keyFingerprint),
    )
    .execute();
  const taken = new Set(enrolled.map((row) => `${row.token_id} ${row.key_fingerprint}`));
  const used = new Map(tokens.map((token) => [token.id, token.used]));

  const judge = (candidate: Candidate): Outcome => {
    const token = tokens.find((row) => row.id === candidate.tokenId);
    if (!token) throw enrolmentErrors.tokenInvalid();
    checkTokenAlive(token, now);
    const pair = `${token.id} ${candidate.keyFingerprint}`;
    if (taken.has(pair)) return 'repeated';
    const count = used.get(token.id) ?? 0;
    if (count >= token.quota) throw enrolmentErrors.tokenQuotaUsed({ quota: token.quota });
    used.set(token.id, count + 1);
    taken.add(pair);
    return 'enrolled';
  };
  const outcomes = candidates.map((candidate) => {
    try {
      return judge(candidate);
    } catch (error) {
      if (error instanceof MoorlineError) return error;
      throw error;
    }
  });
  const accepted = candidates.filter((_, index) => outcomes[index] === 'enrolled');
  if (accepted.length > 0) await insertAccepted(tx, accepted, used, now);
  announce(
    bus,
    tx,
    'device',
    accepted.map((candidate) => candidate.deviceId),
    { uploadable: true },
  );
  return outcomes;
}

async function insertAccepted(
  tx: Transaction,
  accepted: readonly Candidate[],
  used: ReadonlyMap<string, number>,
  now: number,
): Promise<void> {
  const counts = [...used].map(([id, count]) => ({ id, used: count }));
  await sql`update enrolment_tokens k set used = t.used
    from ${recordset(counts, { id: 'uuid', used: 'integer' })}
    where k.authority_id = ${tx.authorityId} and k.id = t.id`.execute(sqlOf(tx));
  await insertEnrolled(
    tx,
    accepted.map((candidate) => ({
      id: candidate.deviceId,
      name: candidate.name,
      clientVersion: candidate.clientVersion,
      certificateExpiresAt: candidate.certificate.notAfter,
    })),
    now,
  );
  const rows = accepted.map((candidate) => ({
    token_id: candidate.tokenId,
    key_fingerprint: candidate.keyFingerprint,
    device_id: candidate.deviceId,
  }));
  await sql`insert into enrolments (authority_id, token_id, key_fingerprint, device_id)
    select ${tx.authorityId}::uuid, token_id, key_fingerprint, device_id
    from ${recordset(rows, { token_id: 'uuid', key_fingerprint: 'text', device_id: 'uuid' })}`.execute(
    sqlOf(tx),
  );
  await insertCertificates(tx, accepted, now);
  await recordAudits(
    tx,
    accepted.map((candidate) => ({
      activity: 'enrolment.enrol',
      actor: `device ${candidate.deviceId}`,
      target: candidate.deviceId,
      result: 'success',
      details: {
        name: candidate.name,
        tokenId: candidate.tokenId,
        remoteAddress: candidate.remoteAddress,
      },
      at: now,
    })),
  );
}
