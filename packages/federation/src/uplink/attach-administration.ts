import type { Clock, TaskGroup } from '@moorline/kernel';
import type { RefusalAudit } from '../refusal-audit.ts';
import type { Attached, AttachOptions, createSiteAttach, LocalUser } from './attach.ts';
import type { Departures } from './departures.ts';
import type { SiteDetach } from './detach.ts';
import type { Wakeup } from './wakeup.ts';

/** How long who detaches waits for the tenant to be told. */
const TELL_MS = 5000;

/** What begins and ends the attachment, one deed at a time. */
export interface AttachAdministration {
  /**
   * Attaches in the name of this administrator; a refusal is recorded.
   * @throws `attach.*`, `pki.root_mismatch`, and the tenant's own refusals
   */
  attach(joinToken: string, localUser: LocalUser, options?: AttachOptions): Promise<Attached>;
  /** Waits a moment for the tenant to be told. @throws `attach.not_attached` */
  detach(name: string): Promise<void>;
  /** The tenant says that this connector has ended. */
  endedByTenant(connectorId: string): Promise<void>;
}

export function createAttachAdministration(deps: {
  readonly siteAttach: ReturnType<typeof createSiteAttach>;
  readonly siteDetach: SiteDetach;
  readonly departures: Pick<Departures, 'tell'>;
  /** Wakes who goes on telling. */
  readonly toTell: Wakeup;
  readonly refusals: RefusalAudit;
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly tasks: TaskGroup;
  readonly clock: Clock;
  /** After the commit: the attachment is another, or none. */
  readonly onChanged: () => void;
}): AttachAdministration {
  const { siteAttach, siteDetach, departures, inTurn, onChanged } = deps;

  return {
    async attach(joinToken, localUser, options) {
      const refusal = {
        activity: 'cloudAttach.attach',
        actor: localUser.name,
        target: null,
        origin: localUser.userId,
      };
      const attached = await deps.refusals.guard(refusal, () =>
        inTurn(() => siteAttach(joinToken, localUser, options)),
      );
      onChanged();
      return attached;
    },
    async detach(name) {
      await inTurn(() => siteDetach.byAdministrator(name));
      onChanged();
      // A tenant that is there knows before this is answered.
      const late = new AbortController();
      const limit = deps.clock.sleep(TELL_MS, { signal: late.signal }).catch(() => {}); // told in time
      await Promise.race([departures.tell(deps.tasks.signal).catch(() => false), limit]);
      late.abort();
      deps.toTell.wake();
    },
    async endedByTenant(connectorId) {
      await inTurn(() => siteDetach.byTenant(connectorId));
      onChanged();
    },
  };
}
