import {
  AGENT_PATHS,
  AGENT_PROTOCOL,
  decodeInvitation,
  ENROL_PREFIX,
  type EnrolBody,
} from '@moorline/contracts/agent';
import type { Clock, Logger } from '@moorline/kernel';
import { agentErrors } from '../errors.ts';
import { createAuthorityClient } from '../link/authority-client.ts';
import type { ServerTime } from '../link/server-time.ts';
import type { Identity, IdentityStore } from '../store/identity-store.ts';
import { issuedCredential, pendingKey } from './key-material.ts';

export interface EnrolmentDeps {
  readonly store: IdentityStore;
  readonly deviceName: string;
  readonly clientVersion: string;
  readonly clock: Clock;
  readonly serverTime: ServerTime;
  readonly logger: Logger;
}

/**
 * Enrols the device with an invitation's text and keeps the identity. May be repeated with the same text
 * after any interruption; with the text of the present identity it does nothing.
 * @throws `agent.token_malformed`, `agent.already_enrolled`, `pki.root_mismatch`, and the link's errors with
 * the authority's own text (`agent.refused`, `agent.rejected`)
 */
export async function enrolDevice(
  deps: EnrolmentDeps,
  text: string,
  options: { readonly signal: AbortSignal },
): Promise<Identity> {
  const { store, clock, serverTime, clientVersion } = deps;
  const invitation = decodeInvitation(ENROL_PREFIX, text);
  if (!invitation) throw agentErrors.tokenMalformed({ prefix: ENROL_PREFIX });
  const present = await store.read();
  if (present && !present.refused) {
    if (present.invitationId === invitation.id) return present;
    throw agentErrors.alreadyEnrolled({ authorityName: present.authorityName });
  }
  const pending = await pendingKey(store, invitation.id, deps.deviceName);
  const { pinRoot } = await import('@moorline/pki');
  const ca = await pinRoot(invitation.url, invitation.rootFingerprint, {
    signal: options.signal,
    clock,
  });
  using client = createAuthorityClient({
    url: invitation.url,
    ca,
    clientVersion,
    clock,
    serverTime,
  });
  const body: EnrolBody = {
    protocol: AGENT_PROTOCOL,
    token: text.trim(),
    csr: pending.csr,
    deviceName: deps.deviceName,
    clientVersion,
  };
  const { body: answered } = await client.send({
    method: 'POST',
    path: AGENT_PATHS.enrol,
    body: JSON.stringify(body),
    signal: options.signal,
  });
  const { answer, credential } = issuedCredential(answered, pending, {
    url: invitation.url,
    path: AGENT_PATHS.enrol,
  });
  const identity: Identity = {
    deviceId: answer.deviceId,
    authorityName: answer.authorityName,
    url: invitation.url,
    ca,
    invitationId: invitation.id,
    current: credential,
    previous: null,
    refused: null,
  };
  await store.write(identity);
  await store.clearPending();
  deps.logger.info(
    { deviceId: identity.deviceId, authority: identity.authorityName },
    'device enrolled',
  );
  return identity;
}
