import type { AuthorityId } from '@moorline/kernel';
import { type AuthorityPlace, MANAGEMENT_AGENT, type ManagedBy, PEER_PLACE } from '@moorline/model';

/** Who this authority is: data, the same engine for each. */
export interface Profile {
  readonly authorityId: AuthorityId;
  /** As hops, tokens and consoles show it. */
  readonly name: string;
  readonly kind: AuthorityPlace;
  /** Who manages the devices that enrol here. */
  readonly managedBy: ManagedBy;
}

export type ManagementAgent = (typeof MANAGEMENT_AGENT)[ManagedBy];

/** Graph's managementAgent of devices managed here, and of those that another authority uploads. */
export function managementAgents(profile: Profile): {
  readonly own: ManagementAgent;
  readonly attached: ManagementAgent;
} {
  return {
    own: MANAGEMENT_AGENT[profile.managedBy],
    attached: MANAGEMENT_AGENT[PEER_PLACE[profile.kind]],
  };
}
