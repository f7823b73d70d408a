import type { Database } from '@moorline/db';
import type { AuthorityId, Clock, Entropy, Logger, TaskGroup } from '@moorline/kernel';
import type { AttachmentStore } from './attachment-store.ts';
import { createIdleCheck } from './endpoints/idle-check.ts';
import { createEndpointMonitor, type EndpointMonitor } from './endpoints/monitor.ts';
import { createStatusMessages, type StatusMessages } from './endpoints/status-messages.ts';
import type { SurveyedTenant } from './endpoints/survey.ts';
import { createPrerequisites, type Prerequisites } from './prerequisites/prerequisites.ts';
import type { IdleLimit } from './proxy/idle-limit.ts';
import type { Route } from './proxy/route.ts';
import type { StatusStore } from './status-store.ts';
import type { Wakeup } from './wakeup.ts';

/** What looks at the way to the tenant, and judges what attaching needs. */
export interface SiteChecks {
  readonly monitor: EndpointMonitor;
  readonly prerequisites: Prerequisites;
  readonly statusMessages: StatusMessages;
}

export function createSiteChecks(deps: {
  readonly profile: { readonly authorityId: AuthorityId; readonly name: string };
  readonly database: Database;
  readonly attachments: AttachmentStore;
  readonly route: Route;
  readonly idleLimit: IdleLimit;
  readonly status: StatusStore;
  /** Woken when the attachment is new; the monitor's own, since each has one waiter. */
  readonly attachmentChanged: Wakeup;
  /** Of this site's data: its disk is looked at. */
  readonly folder: string;
  /** PEM of this site's own authority. */
  readonly ownRoot: string;
  readonly deviceCount: () => Promise<number>;
  /** How long the connection rests whose life is measured; default 180 s. */
  readonly idleSeconds?: number;
  readonly tasks: TaskGroup;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
}): SiteChecks {
  const { status, tasks } = deps;
  const { authorityId } = deps.profile;
  const idleCheck = createIdleCheck({
    ...deps,
    onResult: status.announce,
    ...(deps.idleSeconds !== undefined && { seconds: deps.idleSeconds }),
  });
  const startIdleCheck = (tenant: SurveyedTenant): void =>
    tasks.run('idle connection', (signal) => idleCheck.run(tenant, signal));
  const statusMessages = createStatusMessages({ ...deps, authorityId });
  const monitor = createEndpointMonitor({
    ...deps,
    authorityId,
    startIdleCheck,
    statusMessages,
    isConnected: () => status.read().connected,
    onChanged: status.announce,
  });
  const prerequisites = createPrerequisites({ ...deps, monitor, idleCheck, startIdleCheck });
  return { monitor, prerequisites, statusMessages };
}
