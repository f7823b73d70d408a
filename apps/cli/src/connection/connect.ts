import { type AdminClient, createAdminClient, type Fetch } from '@moorline/admin-client';
import { type Context, caOf } from './contexts.ts';
import { createHttpsFetch } from './https-fetch.ts';

/** A host, ready to be spoken to. */
export interface Connection {
  readonly name: string;
  readonly context: Context;
  readonly client: AdminClient;
}

/** Nothing is sent yet. Only a host whose certificate the context's authority signed will be spoken to. */
export async function connect(name: string, context: Context): Promise<Connection> {
  const ca = await caOf(context);
  const send: Fetch = ca === undefined ? (url, init) => fetch(url, init) : createHttpsFetch(ca);
  const client = createAdminClient({
    baseUrl: context.url,
    authorization: () => `Bearer ${context.token}`,
    fetch: send,
  });
  return { name, context, client };
}
