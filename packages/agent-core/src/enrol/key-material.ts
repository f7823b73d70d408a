import { createPrivateKey, X509Certificate } from 'node:crypto';
import { accepts, IdentityAnswer } from '@moorline/contracts/agent';
import { isUuid } from '@moorline/kernel';
import { agentErrors } from '../errors.ts';
import type { Credential, IdentityStore, PendingKey } from '../store/identity-store.ts';

/**
 * The key and request for `purpose`, on the disk when this resolves: the same ones until they are cleared,
 * so that a repeated request is known to the authority by its public key.
 */
export async function pendingKey(
  store: IdentityStore,
  purpose: string,
  commonName: string,
): Promise<PendingKey> {
  const stored = await store.readPending(purpose);
  if (stored) return stored;
  // Loaded here alone: the certificate library would take a quarter of an idle agent's memory.
  const { createKeyAndCsr } = await import('@moorline/pki');
  const pending = { purpose, ...(await createKeyAndCsr(commonName)) };
  await store.writePending(pending);
  return pending;
}

/**
 * What the authority issued for `pending`, checked against its key.
 * @throws `agent.answer_malformed`
 */
export function issuedCredential(
  body: unknown,
  pending: PendingKey,
  request: { readonly url: string; readonly path: string },
): { readonly answer: IdentityAnswer; readonly credential: Credential } {
  const malformed = (): Error => agentErrors.answerMalformed({ ...request, method: 'POST' });
  if (!accepts(IdentityAnswer, body) || !isUuid(body.deviceId)) throw malformed();
  if (!isFor(body.certificate, pending.privateKey) || Number.isNaN(Date.parse(body.renewAfter))) {
    throw malformed();
  }
  const { certificate, renewAfter } = body;
  return {
    answer: body,
    credential: { privateKey: pending.privateKey, certificate, renewAfter },
  };
}

function isFor(certificate: string, privateKey: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}
