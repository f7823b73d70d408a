import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno, readIfPresent, reasonOf, writeDurably } from '@moorline/files';
import { cliErrors, usageError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';

/** A host that the command line knows: where it is, whom to expect there, and as whom to speak. */
export interface Context {
  /** Origin of the admin API, `https://host:port`. */
  readonly url: string;
  /** API token: a secret. */
  readonly token: string;
  /** The authority that signed the host's certificate: PEM, or a file that holds it. */
  readonly caPem?: string;
  readonly caFile?: string;
  readonly kind: 'tenant' | 'site';
  /** Where its console is opened; absent: at `url`. */
  readonly consoleUrl?: string;
}

export interface Contexts {
  /** The one that is meant when none is named. */
  readonly current?: string;
  readonly contexts: Readonly<Record<string, Context>>;
}

const FILE = 'contexts.json';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What `<folder>/contexts.json` holds; none when there is no such file. @throws `cli.contexts_unreadable` */
export async function readContexts(folder: string): Promise<Contexts> {
  const file = join(folder, FILE);
  let text: string | undefined;
  try {
    text = await readIfPresent(file);
  } catch (error) {
    // A folder that cannot be is as empty as one that is not there.
    if (!isErrno(error) || error.code !== 'ENOTDIR') {
      throw cliErrors.contextsUnreadable({ file, reason: reasonOf(error) }, { cause: error });
    }
  }
  if (text === undefined) return { contexts: {} };
  try {
    return checked(JSON.parse(text));
  } catch (error) {
    throw cliErrors.contextsUnreadable({ file, reason: reasonOf(error) }, { cause: error });
  }
}

/** Replaces the file, readable by its owner alone. @throws `cli.folder_unwritable` */
export async function writeContexts(folder: string, contexts: Contexts): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o711 });
    await writeDurably(join(folder, FILE), `${JSON.stringify(contexts, null, 2)}\n`);
  } catch (error) {
    throw cliErrors.folderUnwritable({ folder, reason: reasonOf(error) }, { cause: error });
  }
}

/** `contexts` with `name` put; the first one becomes the current one. @throws `cli.usage` for a bad name */
export function withContext(contexts: Contexts, name: string, context: Context): Contexts {
  if (!NAME.test(name)) {
    throw usageError(
      `"${name}" cannot name a context: use letters, digits, dots, dashes and underscores.`,
    );
  }
  return {
    current: contexts.current ?? name,
    contexts: { ...contexts.contexts, [name]: context },
  };
}

/**
 * The context of that name, or the current or only one when no name is given.
 * @throws `cli.usage` with the nearest name
 */
export function chooseContext(
  { current, contexts }: Contexts,
  name: string | undefined,
): { readonly name: string; readonly context: Context } {
  const names = Object.keys(contexts);
  const wanted = name ?? current ?? (names.length === 1 ? names[0] : undefined);
  if (names.length === 0) {
    throw usageError(
      'No context is known here. Run `npm start` first, name another data folder with --data DIR, or add one with `moorline context add`.',
    );
  }
  if (wanted === undefined) {
    throw usageError(`Name a context with --context: ${names.join(', ')}.`);
  }
  const context = Object.hasOwn(contexts, wanted) ? contexts[wanted] : undefined;
  if (!context) {
    throw usageError(
      `There is no context "${wanted}".${didYouMean(wanted, names)} Known: ${names.join(', ')}.`,
    );
  }
  return { name: wanted, context };
}

/** PEM of the authority that the context trusts; undefined: the system's own authorities. */
export async function caOf(context: Context): Promise<string | undefined> {
  if (context.caPem !== undefined) return context.caPem;
  if (context.caFile === undefined) return undefined;
  try {
    return await readFile(context.caFile, 'utf8');
  } catch (error) {
    throw usageError(
      `The context's certificate file ${context.caFile} cannot be read (${reasonOf(error)}). Add the context again with \`moorline context add\`.`,
    );
  }
}

function checked(json: unknown): Contexts {
  const { current, contexts } = recordOf(json, 'the file');
  const entries = Object.entries(recordOf(contexts, 'contexts')).map(([name, value]) => {
    const { url, token, kind, caPem, caFile, consoleUrl } = recordOf(value, name);
    if (typeof url !== 'string' || !URL.canParse(url)) throw new Error(`${name}: url`);
    if (typeof token !== 'string') throw new Error(`${name}: token`);
    if (kind !== 'tenant' && kind !== 'site') throw new Error(`${name}: kind`);
    const context: Context = {
      url,
      token,
      kind,
      ...(typeof caPem === 'string' ? { caPem } : {}),
      ...(typeof caFile === 'string' ? { caFile } : {}),
      ...(typeof consoleUrl === 'string' ? { consoleUrl } : {}),
    };
    return [name, context] as const;
  });
  return {
    ...(typeof current === 'string' ? { current } : {}),
    contexts: Object.fromEntries(entries),
  };
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Error(`${what} is no object`);
  }
  // An object that is no array has string keys.
  return value as Readonly<Record<string, unknown>>;
}
