import type { Clock, TaskGroup } from '@moorline/kernel';
import type { Authorize } from '../ports.ts';
import type { EndpointMonitor } from './endpoints/monitor.ts';
import type { ConnectorMethods } from './relay-methods.ts';
import type { Renewal } from './renewal.ts';
import type { SiteHealth } from './site-report.ts';
import type { SiteUpload } from './site-upload.ts';
import type { Wakeup } from './wakeup.ts';

/** How long an answer over an uplink has before the uplink is dialled anew because of it. */
const ANSWER_MS = 500;

/** What the tenant's administrators may ask of the connection itself, as the local ones they are linked to. */
export function createConnectorMethods(deps: {
  readonly authorize: Authorize;
  readonly health: SiteHealth;
  readonly monitor: Pick<EndpointMonitor, 'check'>;
  readonly renewal: Pick<Renewal, 'renewNow'>;
  readonly upload: Pick<SiteUpload, 'choices' | 'resync'>;
  /** Woken when the uplink is to be dialled anew. */
  readonly attachmentChanged: Wakeup;
  readonly tasks: TaskGroup;
  readonly clock: Clock;
}): ConnectorMethods {
  const { authorize, health, upload, tasks, clock } = deps;

  return {
    async probe() {
      const startedAt = clock.now();
      await health.throughQueue();
      const report = await health.report();
      return { tookMs: Math.max(0, clock.now() - startedAt), report };
    },
    async checkEndpoints() {
      await deps.monitor.check();
      return { report: await health.report() };
    },
    async rotateCertificate(actor) {
      await authorize(actor, 'connectors.manage');
      const renewAfter = await deps.renewal.renewNow(tasks.signal);
      // The answer goes over the uplink that is dialled anew because of it.
      tasks.run('dial anew', async (signal) => {
        await clock.sleep(ANSWER_MS, { signal }).catch(() => {}); // stopping
        deps.attachmentChanged.wake();
      });
      return { renewAfter };
    },
    async resync(actor, { full }) {
      await authorize(actor, 'connectors.manage');
      await upload.resync(full);
      return { report: await health.report() };
    },
    async pauseUpload(actor, { isPaused }) {
      await authorize(actor, 'connectors.manage');
      await upload.choices.change(actor, { paused: isPaused }, null);
      return { report: await health.report() };
    },
  };
}
