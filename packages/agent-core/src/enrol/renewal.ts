import { AGENT_PATHS, type RenewBody } from '@moorline/contracts/agent';
import type { Clock, Logger } from '@moorline/kernel';
import type { AuthorityClient } from '../link/authority-client.ts';
import type { ServerTime } from '../link/server-time.ts';
import type { Identity, IdentityStore } from '../store/identity-store.ts';
import { issuedCredential, pendingKey } from './key-material.ts';

/** Whether it is time for the next certificate, by either clock: early is harmless, late is not. */
export function isRenewalDue(identity: Identity, clock: Clock, serverTime: ServerTime): boolean {
  return Math.max(clock.now(), serverTime.now()) >= Date.parse(identity.current.renewAfter);
}

/**
 * Gets the next certificate for a new key. The identity that it keeps and returns has the new credential as
 * `current` and the one that asked as `previous`; when the answer is lost, asking again is harmless.
 */
export async function renewCredential(
  deps: {
    readonly store: IdentityStore;
    readonly client: AuthorityClient;
    readonly logger: Logger;
  },
  identity: Identity,
  options: { readonly signal: AbortSignal },
): Promise<Identity> {
  const pending = await pendingKey(deps.store, `renew:${identity.deviceId}`, identity.deviceId);
  const body: RenewBody = { csr: pending.csr };
  const { body: answered } = await deps.client.send({
    method: 'POST',
    path: AGENT_PATHS.renew,
    body: JSON.stringify(body),
    signal: options.signal,
  });
  const { answer, credential } = issuedCredential(answered, pending, {
    url: identity.url,
    path: AGENT_PATHS.renew,
  });
  const renewed: Identity = {
    ...identity,
    authorityName: answer.authorityName,
    current: credential,
    previous: identity.current,
  };
  await deps.store.write(renewed);
  await deps.store.clearPending();
  deps.logger.info({ renewAfter: credential.renewAfter }, 'certificate renewed');
  return renewed;
}
