import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { httpErrors } from './errors.ts';

/** A file of a built console, with the compressed forms that the build wrote beside it. */
export interface ConsoleFile {
  readonly contentType: string;
  readonly cacheControl: string;
  /** In the order of preference; the last is the file itself. */
  readonly forms: readonly ConsoleForm[];
}

export interface ConsoleForm {
  /** As in Accept-Encoding and Content-Encoding; identity: the file itself. */
  readonly encoding: 'br' | 'gzip' | 'identity';
  readonly bytes: Buffer;
  /** Strong: of these bytes alone. */
  readonly etag: string;
}

const HASHED = /-[\w-]{8,}\.[a-z0-9]+$/i;
/** Suffixes of the compressed forms, the best first. */
const COMPRESSED = [
  ['.br', 'br'],
  ['.gz', 'gzip'],
] as const;
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/**
 * Reads a console of some 2 MB into memory, by name with `/` between folders. What is served is then one build
 * from the first request to the last, whatever becomes of the folder.
 * @throws `http.console_missing`
 */
export async function readConsole(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const contents = new Map<string, Buffer>();
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      contents.set(relative(folder, path).split(sep).join('/'), await readFile(path));
    }
  } catch (cause) {
    throw httpErrors.consoleMissing({ folder }, { cause });
  }
  const files = new Map<string, ConsoleFile>();
  for (const [name, bytes] of contents) {
    if (isCompressedForm(name, contents)) continue;
    const compressed = COMPRESSED.flatMap(([suffix, encoding]) => {
      const form = contents.get(name + suffix);
      return form ? [formOf(encoding, form)] : [];
    });
    files.set(name, {
      contentType: CONTENT_TYPES[extname(name)] ?? 'application/octet-stream',
      cacheControl: HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      forms: [...compressed, formOf('identity', bytes)],
    });
  }
  return files;
}

function isCompressedForm(name: string, contents: ReadonlyMap<string, Buffer>): boolean {
  return COMPRESSED.some(
    ([suffix]) => name.endsWith(suffix) && contents.has(name.slice(0, -suffix.length)),
  );
}

function formOf(encoding: ConsoleForm['encoding'], bytes: Buffer): ConsoleForm {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { encoding, bytes, etag: `"${hash}"` };
}

/**
 * The form to answer with: the best one that the client takes, the file itself when it names none.
 * @spec RFC 9110 §12.5.3
 */
export function chooseForm(file: ConsoleFile, acceptEncoding: string | undefined): ConsoleForm {
  const taken = weights(acceptEncoding ?? '');
  const chosen = file.forms.find(
    ({ encoding }) => encoding === 'identity' || (taken.get(encoding) ?? taken.get('*') ?? 0) > 0,
  );
  if (!chosen) throw new TypeError('a console file without the file itself');
  return chosen;
}

function weights(acceptEncoding: string): ReadonlyMap<string, number> {
  return new Map(
    acceptEncoding.split(',').map((part) => {
      const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='));
      return [coding === 'x-gzip' ? 'gzip' : coding, weight ? Number(weight.slice(2)) : 1];
    }),
  );
}

/** Whether the client has this form already. @spec RFC 9110 §13.1.2 */
export function hasForm(ifNoneMatch: string | undefined, form: ConsoleForm): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(form.etag);
}
