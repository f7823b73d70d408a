import type { UserId } from '@moorline/kernel';
import type { Grant } from './grants.ts';

/** An administrator of another authority on whose behalf a local one acts. */
export interface RemoteUser {
  readonly userId: UserId;
  readonly name: string;
  readonly authorityName: string;
}

/** Whose authority a call acts with. Always a local account, or the system itself. */
export type Actor =
  | {
      readonly kind: 'user';
      readonly userId: UserId;
      readonly name: string;
      /** What people are shown; it decides nothing where there are grants. */
      readonly role: string;
      /** All that they hold. Absent: the built-in role of that name, on every device. */
      readonly grants?: readonly Grant[];
      /** How they proved who they are. */
      readonly via: 'session' | 'token' | 'relay';
      readonly onBehalfOf?: RemoteUser;
    }
  | { readonly kind: 'system'; readonly name: string };

/** The actor as audit records and hop reasons name it. */
export function actorName(actor: Actor): string {
  if (actor.kind === 'system') return actor.name;
  const remote = actor.onBehalfOf;
  return remote ? `${remote.name} (${remote.authorityName}) as ${actor.name}` : actor.name;
}
