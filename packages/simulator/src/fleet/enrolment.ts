import { AGENT_PATHS, AGENT_PROTOCOL, accepts, IdentityAnswer } from '@moorline/contracts/agent';
import { type BackoffPolicy, backoffMs, type Clock, type Entropy } from '@moorline/kernel';
import { simulatorErrors } from '../errors.ts';
import { newKeyAndCsr } from '../identity/csr.ts';
import type { Identity } from '../identity/identity-store.ts';
import type { RawAnswer } from '../link/answer-parser.ts';
import type { Dialer } from '../link/dialer.ts';
import { type HttpCall, openHttpConnection, SIMULATOR_VERSION } from '../link/http-connection.ts';
import { codeOf, jsonOf, refusalOf, waitOf } from '../link/problem.ts';
import { type Counters, countError } from './stats.ts';

const BACKOFF: BackoffPolicy = { firstMs: 1_000, maxMs: 60_000 };
const ENROL_TIMEOUT_MS = 60_000;

/** The identity in an answer, with the key that it was asked for. @throws `simulator.answer_malformed` */
export function identityOf(answer: RawAnswer, privateKey: string, path: string): Identity {
  const body = jsonOf(answer);
  if (!accepts(IdentityAnswer, body)) throw simulatorErrors.answerMalformed({ path });
  return {
    deviceId: body.deviceId,
    privateKey,
    certificate: body.certificate,
    renewAfter: Date.parse(body.renewAfter),
  };
}

/**
 * Enrols one device as a machine would: own key, own connection. What passes by itself is waited for.
 * @throws the refusal, when the authority refuses for good
 */
export async function enrolDevice(
  deps: {
    readonly dialer: Dialer;
    readonly clock: Clock;
    readonly entropy: Entropy;
    readonly counters: Counters;
  },
  device: { readonly name: string; readonly token: string },
  signal: AbortSignal,
): Promise<Identity> {
  const { privateKey, csr } = await newKeyAndCsr(device.name);
  const body = Buffer.from(
    JSON.stringify({
      protocol: AGENT_PROTOCOL,
      token: device.token,
      csr,
      deviceName: device.name,
      clientVersion: SIMULATOR_VERSION,
    }),
  );
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      const answer = await ask(deps.dialer, { method: 'POST', path: AGENT_PATHS.enrol, body });
      if (answer.status === 200) return identityOf(answer, privateKey, AGENT_PATHS.enrol);
      throw refusalOf(answer, AGENT_PATHS.enrol, deps.clock.now());
    } catch (error) {
      const { status, retryAfterMs } = waitOf(error);
      if (status >= 400 && status < 500 && status !== 429) throw error;
      countError(deps.counters, codeOf(error));
      const pause =
        retryAfterMs > 0
          ? retryAfterMs * (1 + 0.2 * deps.entropy.fraction())
          : backoffMs(BACKOFF, attempt, deps.entropy);
      await deps.clock.sleep(pause, { signal });
    }
  }
}

async function ask(dialer: Dialer, call: HttpCall): Promise<RawAnswer> {
  const connection = openHttpConnection(dialer.dial(null, null), dialer.host, {
    timeoutMs: ENROL_TIMEOUT_MS,
    onSession() {},
  });
  try {
    return await connection.send(call);
  } finally {
    connection.close();
  }
}
