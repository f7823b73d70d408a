import { type Actor, type Permission, ROLE_PERMISSIONS, ROLES, type Role } from '@moorline/model';
import { accessErrors } from './errors.ts';

/** An administrator, by session or by API token. */
export type UserActor = Extract<Actor, { kind: 'user' }>;

/**
 * The one place where access is decided: passes when the actor's role holds the permission. Call it on the
 * loaded object, before anything of it is shown or changed. The system itself may do what its code does.
 * @throws `access.not_signed_in`, `access.denied`
 */
export function authorize(actor: Actor | null, permission: Permission): asserts actor is Actor {
  if (actor === null) throw accessErrors.notSignedIn();
  if (actor.kind === 'system') return;
  if (!ROLE_PERMISSIONS[actor.role].includes(permission)) {
    throw accessErrors.denied({ role: actor.role, permission });
  }
}

/** The lower of two roles: what a token of `tokenRole` may do once its owner has `ownerRole`. */
export function lowerRole(ownerRole: Role, tokenRole: Role): Role {
  return ROLES.indexOf(ownerRole) > ROLES.indexOf(tokenRole) ? ownerRole : tokenRole;
}

/** The administrator behind a request. @throws `access.not_signed_in` for nobody and for the system */
export function administratorOf(actor: Actor | null): UserActor {
  if (actor?.kind !== 'user') throw accessErrors.notSignedIn();
  return actor;
}
