import { type HttpApp, refusalOf } from '@moorline/http';
import { actorName } from '@moorline/model';
import { accessErrors } from '../access/index.ts';
import type { Refusals } from './refusals.ts';

/** Statuses that say that the request was wrong, or its sender may not: what is merely not there is no event. */
const AUDITED: ReadonlySet<number> = new Set([400, 401, 403, 413, 415]);

/**
 * Audits what the admin API refuses, of administrators who are signed in and of attempts to sign in. Of other
 * strangers nothing is recorded: whoever reaches the port could fill the log.
 */
export function auditRefused(app: HttpApp, refusals: Refusals): void {
  app.addHook('onError', async (request, _reply, thrown) => {
    const error = refusalOf(thrown, request);
    if (error.kind !== 'failure' || !AUDITED.has(error.status)) return;
    // Recorded where it is found out, with the name that was tried.
    if (error.code === accessErrors.signInFailed.spec.code) return;
    const { config, url = 'unknown path' } = request.routeOptions;
    if (!request.actor && config.access !== 'public') return;
    refusals.record(
      {
        activity: 'api.request',
        code: error.code,
        actor: request.actor ? actorName(request.actor) : request.ip,
        target: `${request.method} ${url}`,
        details: { reason: error.message.slice(0, 500), remoteAddress: request.ip },
      },
      error,
    );
  });
}
