import {
  BUILT_IN_ROLES,
  type Grant,
  PERMISSIONS,
  ROLE_PERMISSIONS,
  type Role,
} from '@moorline/model';
import { type RawBuilder, sql } from 'kysely';

/** An assignment as the database answers it, with what its tags stand for now. */
interface AssignedRole {
  readonly roleId: string;
  /** Of a role that administrators made; null of one that is built in. */
  readonly role: string | null;
  readonly permissions: readonly string[] | null;
  readonly reachesAll: boolean;
  readonly origins: readonly string[];
  readonly groups: readonly string[];
}
export type AssignedRoles = readonly AssignedRole[];

/** The roles assigned to the administrator `a` of the query. */
export const ASSIGNED_ROLES: RawBuilder<AssignedRoles> = sql<AssignedRoles>`(
  select coalesce(jsonb_agg(jsonb_build_object('roleId', s.role_id, 'role', r.name,
    'permissions', r.permissions, 'reachesAll', s.reaches_all, 'groups', s.group_ids,
    'origins', (select coalesce(jsonb_agg(distinct o), '[]'::jsonb)
      from scope_tags t, unnest(t.origins) o
      where t.authority_id = s.authority_id and t.id = any(s.tag_ids)))
    order by s.id), '[]'::jsonb)
  from role_assignment_members m
  join role_assignments s on s.authority_id = m.authority_id and s.id = m.assignment_id
  left join role_definitions r on r.authority_id = s.authority_id and r.id = s.role_id
  where m.authority_id = a.authority_id and m.administrator_id = a.id)`;

/** All that an account holds: its own role on every device, and what is assigned to it. */
export function accountGrants(role: Role, assigned: AssignedRoles): readonly Grant[] {
  const own = ROLE_PERMISSIONS[role];
  return [
    ...(own.length > 0 ? [{ role, permissions: own, reach: null }] : []),
    ...assigned.flatMap(grantOf),
  ];
}

function grantOf(assigned: AssignedRole): readonly Grant[] {
  const { roleId, origins, groups } = assigned;
  const builtIn = BUILT_IN_ROLES.find(({ id }) => id === roleId);
  const role = builtIn?.name ?? assigned.role;
  if (role === null) return [];
  const held: readonly string[] = builtIn?.permissions ?? assigned.permissions ?? [];
  const permissions = PERMISSIONS.filter((permission) => held.includes(permission));
  return [{ role, permissions, reach: assigned.reachesAll ? null : { origins, groups } }];
}

/** What a token of this role leaves of its owner's grants; `None` leaves all of them. */
export function tokenGrants(tokenRole: Role, grants: readonly Grant[]): readonly Grant[] {
  if (tokenRole === 'None') return grants;
  const kept = ROLE_PERMISSIONS[tokenRole];
  return grants.map((grant) => ({
    ...grant,
    permissions: grant.permissions.filter((permission) => kept.includes(permission)),
  }));
}
