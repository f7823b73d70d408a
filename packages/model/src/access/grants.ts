import type { Actor } from './actor.ts';
import { PERMISSION_CATALOGUE, PERMISSIONS, type Permission } from './permissions.ts';
import { ROLE_PERMISSIONS, ROLES } from './role.ts';

/** Some devices: those that came through one of the connectors, and those in one of the collections. */
export interface Reach {
  readonly origins: readonly string[];
  readonly groups: readonly string[];
}

/** A role that somebody holds. */
export interface Grant {
  /** The role's name. */
  readonly role: string;
  readonly permissions: readonly Permission[];
  /** On which devices; null: on all, those to come too. */
  readonly reach: Reach | null;
}

/** All that the actor holds; a role that is not built in and brings no grants is nothing. The system has no need of any. */
export function grantsOf(actor: Extract<Actor, { kind: 'user' }>): readonly Grant[] {
  if (actor.grants) return actor.grants;
  const role = ROLES.find((name) => name === actor.role);
  return role ? [{ role, permissions: ROLE_PERMISSIONS[role], reach: null }] : [];
}

/**
 * On which devices the actor holds the permission: null on all of them, undefined nowhere. What is about everything
 * is held through assignments to all devices alone.
 */
export function reachOf(actor: Actor, permission: Permission): Reach | null | undefined {
  if (actor.kind === 'system') return null;
  const isPerDevice = PERMISSION_CATALOGUE[permission].reach === 'devices';
  const held = grantsOf(actor).filter(
    ({ permissions, reach }) => permissions.includes(permission) && (isPerDevice || reach === null),
  );
  if (held.length === 0) return undefined;
  const origins = new Set<string>();
  const groups = new Set<string>();
  for (const { reach } of held) {
    if (reach === null) return null;
    for (const origin of reach.origins) origins.add(origin);
    for (const group of reach.groups) groups.add(group);
  }
  return { origins: [...origins], groups: [...groups] };
}

/** Permissions that the actor holds on any device, in the catalogue's order. */
export function permissionsOf(actor: Actor): readonly Permission[] {
  return PERMISSIONS.filter((permission) => reachOf(actor, permission) !== undefined);
}

/** Of these permissions, those that the actor does not hold on every device, and so cannot give. */
export function notHeld(actor: Actor, permissions: readonly Permission[]): readonly Permission[] {
  return permissions.filter((permission) => reachOf(actor, permission) !== null);
}
