import { queryOptions } from '@tanstack/react-query';
import { client } from '../../app/client.ts';

/** Roles, their assignments and scope tags hang together: what changes one asks for all again. */
export const ROLES_KEY = ['roles'] as const;

export const rolesQuery = queryOptions({
  queryKey: [...ROLES_KEY, 'definitions'],
  queryFn: ({ signal }) => client.roles.definitions.list({ signal }),
});
export const assignmentsQuery = queryOptions({
  queryKey: [...ROLES_KEY, 'assignments'],
  queryFn: ({ signal }) => client.roles.assignments.list({ signal }),
});
export const scopeTagsQuery = queryOptions({
  queryKey: [...ROLES_KEY, 'scopeTags'],
  queryFn: ({ signal }) => client.roles.scopeTags.list({ signal }),
});
export const ceilingQuery = queryOptions({
  queryKey: [...ROLES_KEY, 'ceiling'],
  queryFn: ({ signal }) => client.roles.ceiling({ signal }),
});
