import {
  type Actor,
  actorName,
  grantsOf,
  notHeld,
  type Permission,
  ROLES,
  type Role,
  reachOf,
} from '@moorline/model';
import { accessErrors } from './errors.ts';

/** An administrator, by session or by API token. */
export type UserActor = Extract<Actor, { kind: 'user' }>;

/**
 * Passes when the actor holds the permission, on whichever devices. Where a device is concerned it is the first look,
 * before anything is loaded: `authorizeDevice` decides. The system itself may do what its code does.
 * @throws `access.not_signed_in`, `access.denied`
 */
export function authorize(actor: Actor | null, permission: Permission): asserts actor is Actor {
  if (actor === null) throw accessErrors.notSignedIn();
  if (actor.kind === 'system') return;
  if (reachOf(actor, permission) === undefined) throw denied(actor, permission);
}

/**
 * Passes when the actor holds the permission on every device: for what is told of all of them at once.
 * @throws `access.not_signed_in`, `access.denied`
 */
export function authorizeEverywhere(
  actor: Actor | null,
  permission: Permission,
): asserts actor is Actor {
  authorize(actor, permission);
  if (actor.kind === 'user' && reachOf(actor, permission) !== null) {
    throw accessErrors.deniedEverywhere({ role: roleNames(actor), permission });
  }
}

/** What the refusal says: which permission, and what the actor has instead. */
export function denied(actor: UserActor, permission: Permission): Error {
  return accessErrors.denied({ role: roleNames(actor), permission });
}

/** The roles that the actor holds, as people are told of them. */
export function roleNames(actor: UserActor): string {
  const names = [...new Set(grantsOf(actor).map(({ role }) => role))];
  return names.length > 0 ? names.join(', ') : actor.role;
}

/**
 * Passes when the actor holds all of these permissions everywhere: nobody gives, or takes over, what they do not have.
 * @throws `access.exceeds_own`
 */
export function requireHeld(actor: Actor, permissions: readonly Permission[]): void {
  const missing = notHeld(actor, permissions);
  if (missing.length > 0) {
    throw accessErrors.exceedsOwn({ name: actorName(actor), permissions: missing.join(', ') });
  }
}

/** The lower of two built-in roles: what a token of `tokenRole` is called once its owner has `ownerRole`. */
export function lowerRole(ownerRole: Role, tokenRole: Role): Role {
  return ROLES.indexOf(ownerRole) > ROLES.indexOf(tokenRole) ? ownerRole : tokenRole;
}

/** The administrator behind a request. @throws `access.not_signed_in` for nobody and for the system */
export function administratorOf(actor: Actor | null): UserActor {
  if (actor?.kind !== 'user') throw accessErrors.notSignedIn();
  return actor;
}
