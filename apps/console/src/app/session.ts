import type { Session } from '@moorline/contracts/admin';
import type { Permission } from '@moorline/model';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { client } from './client.ts';

/** Who is signed in; null for nobody. Asked once, then kept until signing in, out, or being refused. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => client.signIn.session({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

/** The session of a page behind the sign-in: the route has made sure that there is one. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data) throw new Error('useSession is used on a page that anybody may open');
  return data;
}

/** Whether the caller may, and when not, the sentence that a disabled control shows. */
export function usePermission(permission: Permission): { allowed: boolean; reason: string } {
  const { user, permissions } = useSession();
  const allowed = permissions.includes(permission);
  return {
    allowed,
    reason: allowed ? '' : `Your role, ${user.role}, does not include this (${permission}).`,
  };
}

/** A path of this console to return to, or home: never another origin. */
export function safeReturnPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in')
    ? path
    : '/';
}
