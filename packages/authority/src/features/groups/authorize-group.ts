import { type Actor, type Permission, reachOf } from '@moorline/model';
import { authorize } from '../access/index.ts';
import { groupErrors } from './errors.ts';

/**
 * Passes when the actor holds the permission on all devices, or an assignment is limited to this very group. Of other
 * groups they are told what is told of one that is not there.
 * @throws `access.not_signed_in`, `access.denied`, `groups.not_found`
 */
export function authorizeGroup(actor: Actor, permission: Permission, id: string): void {
  authorize(actor, permission);
  const reach = reachOf(actor, permission);
  if (reach !== null && !reach?.groups.includes(id)) throw groupErrors.notFound({ id });
}
