import type { HttpRequest } from '@moorline/http';
import type { Actor } from '@moorline/model';
import { accessErrors } from './features/access/index.ts';

/** Who sends the request; the listener has authenticated them. @throws `access.not_signed_in` */
export function actorOf(request: HttpRequest): Actor {
  if (request.actor === null) throw accessErrors.notSignedIn();
  return request.actor;
}
