import type { Session } from '@moorline/contracts/admin';
import type { Permission } from '@moorline/model';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useState } from 'react';
import { client } from './client.ts';

/** Who is signed in; null for nobody. Asked once, then kept until signing in, out, or being refused. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => client.signIn.session({ signal }),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

const SessionContext = createContext<Session | null>(null);

/**
 * Gives the session to the pages behind the sign-in. It keeps the last one: between signing out and the sign-in
 * page, what is still shown goes on being drawn.
 */
export function SessionProvider({ children }: { children: ReactNode }) {
  const { data } = useSuspenseQuery(sessionQuery);
  const [kept, setKept] = useState(data);
  if (data && data !== kept) setKept(data);
  return kept ? <SessionContext value={kept}>{children}</SessionContext> : null;
}

/** Who is signed in, on a page behind the sign-in. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession is used on a page that anybody may open');
  return session;
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
