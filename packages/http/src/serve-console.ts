import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ConsoleFile, chooseForm, hasForm, readConsole } from './console-files.ts';
import { pathOf } from './error-answer.ts';
import { httpErrors } from './errors.ts';
import type { HttpApp } from './http-app.ts';

const INDEX = 'index.html';

/**
 * Serves a built console: files of `folder` by exact name, those with a hash in it cached for ever, and its
 * index.html for the console's own routes (a page asked for by a browser, under no path of the API). `name.br`
 * and `name.gz` beside a file are its compressed forms, answered to who takes them; nothing is compressed here.
 * Everything is read once, so no path of a request ever reaches the file system.
 * @throws `http.console_missing`
 */
export async function serveConsole(app: HttpApp, folder: string): Promise<void> {
  const files = await readConsole(folder);
  const index = files.get(INDEX);
  if (!index) throw httpErrors.consoleMissing({ folder });
  app.get(
    '/*',
    { config: { access: 'public' }, schema: { hide: true } },
    (request: FastifyRequest, reply: FastifyReply) => {
      const path = pathOf(request.url);
      const file = path === `/${INDEX}` ? undefined : files.get(path.slice(1));
      if (file) return answer(request, reply, file);
      const isPage = request.headers.accept?.includes('text/html') === true;
      if (path === '/' || (isPage && !isApiPath(app, path))) return answer(request, reply, index);
      return reply.callNotFound();
    },
  );
}

function answer(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  const accepted = request.headers['accept-encoding'];
  const form = chooseForm(file, Array.isArray(accepted) ? accepted.join() : accepted);
  reply.headers({ 'cache-control': file.cacheControl, etag: form.etag });
  if (file.forms.length > 1) reply.header('vary', 'accept-encoding');
  if (hasForm(request.headers['if-none-match'], form)) return reply.code(304).send();
  if (form.encoding !== 'identity') reply.header('content-encoding', form.encoding);
  return reply.type(file.contentType).send(form.bytes);
}

function isApiPath(app: HttpApp, path: string): boolean {
  const root = firstSegment(path);
  return [...app.knownPaths].some((known) => firstSegment(known) === root);
}

function firstSegment(path: string): string {
  return path.split('/', 2)[1] ?? '';
}
