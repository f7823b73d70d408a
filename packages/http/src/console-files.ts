import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './error-answer.ts';
import { httpErrors } from './errors.ts';
import type { HttpApp } from './http-app.ts';

const INDEX = 'index.html';
const HASHED = /-[\w-]{8,}\.[a-z0-9]+$/i;

/**
 * Serves a built console: files of `folder` by exact name, those with a hash in it cached for ever, and its
 * index.html for the console's own routes (a page asked for by a browser, under no path of the API). The names
 * are read once, so no path of a request ever reaches the file system.
 * @throws `http.console_missing`
 */
export async function serveConsole(app: HttpApp, folder: string): Promise<void> {
  const files = await fileNames(folder);
  if (!files.has(INDEX)) throw httpErrors.consoleMissing({ folder });
  await app.register(fastifyStatic, { root: folder, serve: false, cacheControl: false });
  app.get(
    '/*',
    { config: { access: 'public' }, schema: { hide: true } },
    (request: FastifyRequest, reply: FastifyReply) => {
      const path = pathOf(request.url);
      const name = path.slice(1);
      if (files.has(name) && name !== INDEX) {
        const caching = HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache';
        return reply.header('cache-control', caching).sendFile(name);
      }
      const isPage = request.headers.accept?.includes('text/html') === true;
      if (path === '/' || (isPage && !isApiPath(app, path))) {
        return reply.header('cache-control', 'no-cache').sendFile(INDEX);
      }
      return reply.callNotFound();
    },
  );
}

async function fileNames(folder: string): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return new Set(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
    );
  } catch (cause) {
    throw httpErrors.consoleMissing({ folder }, { cause });
  }
}

function isApiPath(app: HttpApp, path: string): boolean {
  const root = firstSegment(path);
  return [...app.knownPaths].some((known) => firstSegment(known) === root);
}

function firstSegment(path: string): string {
  return path.split('/', 2)[1] ?? '';
}
