import { nearest } from '@moorline/kernel';
import type { FastifyRequest, RouteOptions } from 'fastify';
import { pathOf } from './error-answer.ts';
import { httpErrors } from './errors.ts';
import type { HttpApp } from './http-app.ts';

// Edit distance is quadratic: longer paths get no suggestion.
const LONGEST_COMPARED = 128;

/** Answers unknown paths with 404 and the nearest known path. */
export function answerUnknownPaths(app: HttpApp): void {
  const patterns = new Set<string>();
  app.decorate('knownPaths', patterns);
  app.addHook('onRoute', (route: RouteOptions) => {
    if (!route.url.includes('*')) patterns.add(route.url);
  });
  app.setNotFoundHandler((request: FastifyRequest) => {
    const path = pathOf(request.url);
    const known = path.length <= LONGEST_COMPARED ? candidates(path, patterns) : new Set<string>();
    known.delete(path);
    const suggestion = nearest(path, known);
    const facts = { method: request.method, path: path.slice(0, 256) };
    throw suggestion === undefined
      ? httpErrors.notFound(facts)
      : httpErrors.notFoundNear({ ...facts, nearest: suggestion });
  });
}

// Patterns with their parameters filled from the same places of the path that was asked for.
function candidates(path: string, patterns: ReadonlySet<string>): Set<string> {
  const asked = path.split('/');
  const filled = new Set<string>();
  for (const pattern of patterns) {
    const text = pattern
      .split('/')
      .map((part, index) => (part.startsWith(':') ? (asked[index] ?? part) : part))
      .join('/');
    if (Math.abs(text.length - path.length) <= path.length / 3) filled.add(text);
  }
  return filled;
}
