import type { Actor } from '@moorline/model';

/** The route's access `actor` lets nobody through without one. */
export function actorOf(request: { readonly actor: Actor | null }): Actor {
  if (!request.actor) throw new Error('a route for actors ran without one');
  return request.actor;
}
