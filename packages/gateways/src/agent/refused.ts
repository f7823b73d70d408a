import { AGENT_PATHS } from '@moorline/contracts/agent';
import { type HttpApp, peerCertificate, refusalOf } from '@moorline/http';
import type { MoorlineError } from '@moorline/kernel';

/** A request that was refused, for the audit log. */
export interface GatewayRefusal {
  readonly activity: 'agent.request';
  readonly code: string;
  /** The device; else the name in the certificate that was shown; else the remote address. */
  readonly actor: string;
  /** Method and path. */
  readonly target: string;
  readonly details: { readonly reason: string; readonly remoteAddress: string };
}

/** @param error what refused; the same one may be told of more than once */
export type RecordRefusal = (refusal: GatewayRefusal, error: Error) => void;

/** Statuses that the protocol lives with: the agent waits, or sends whole documents. */
const COURSE: ReadonlySet<number> = new Set([409, 429]);
const PATHS: ReadonlySet<string> = new Set(Object.values(AGENT_PATHS));

/** Tells of every refusal of the agent protocol's requests. */
export function auditRefused(app: HttpApp, record: RecordRefusal): void {
  app.addHook('onError', async (request, _reply, thrown) => {
    const { url = '' } = request.routeOptions;
    if (!PATHS.has(url)) return;
    const { device, ip, method } = request;
    const actor = device ? `device ${device.deviceId}` : (peerCertificate(request)?.uri ?? ip);
    const from = { actor: actor.slice(0, 128), target: `${method} ${url}`, remoteAddress: ip };
    noteRefusal(record, refusalOf(thrown, request), from);
  });
}

/** Tells of one refusal, unless it is one that the protocol lives with, or none. */
export function noteRefusal(
  record: RecordRefusal,
  error: MoorlineError,
  from: { readonly actor: string; readonly target: string; readonly remoteAddress: string },
): void {
  if (error.kind !== 'failure' || COURSE.has(error.status)) return;
  const { actor, target, remoteAddress } = from;
  const details = { reason: error.message.slice(0, 500), remoteAddress };
  record({ activity: 'agent.request', code: error.code, actor, target, details }, error);
}
