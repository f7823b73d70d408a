import { readFile, stat } from 'node:fs/promises';
import { reasonOf } from '@moorline/files';
import { proxyErrors } from './errors.ts';
import { type IsDirect, isLoopback, readNoProxy } from './no-proxy.ts';

/** As it is given to the program. */
export interface ProxyOptions {
  /** `http://host:port`. */
  readonly url: string;
  /** File, 0600, with `basic USER:PASSWORD` or `bearer TOKEN`. */
  readonly credentialsFile?: string | undefined;
  /** `NO_PROXY`. */
  readonly noProxy: string;
  /** From the environment, it is meant for many programs: then it may hold credentials and spares loopback. */
  readonly isFromEnvironment: boolean;
}

export interface ProxySettings {
  readonly host: string;
  readonly port: number;
  /** `host:port`, without credentials: what is shown and logged. */
  readonly name: string;
  readonly credentials: 'none' | 'basic' | 'bearer';
  /** Value of Proxy-Authorization: a secret. */
  readonly authorization: string | null;
  readonly isDirect: IsDirect;
}

/**
 * Reads and checks what the site was told of its proxy, with the credentials from their file.
 * @throws `proxy.url_malformed`, `proxy.credentials_unsafe`, `proxy.credentials_unreadable`
 */
export async function readProxySettings(options: ProxyOptions): Promise<ProxySettings> {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(options.url) ? options.url : `http://${options.url}`;
  const shown = text.replace(/\/\/[^@/]*@/, '//');
  const malformed = (reason: string): Error => proxyErrors.urlMalformed({ url: shown, reason });
  if (!URL.canParse(text)) throw malformed('it is no address');
  const url = new URL(text);
  if (url.protocol !== 'http:') throw malformed('only proxies that are spoken to by http: are');
  const hasUser = url.username !== '' || url.password !== '';
  // The options of a program are seen by everybody on the machine.
  if (hasUser && !options.isFromEnvironment) {
    throw malformed('credentials go into a file, named with --proxy-credentials');
  }
  const given = options.credentialsFile
    ? await readCredentials(options.credentialsFile)
    : hasUser
      ? basic(decodeURIComponent(url.username), decodeURIComponent(url.password))
      : { credentials: 'none' as const, authorization: null };
  const spared = readNoProxy(options.noProxy);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
    name: `${url.hostname}:${url.port || 80}`,
    ...given,
    isDirect: (host, port) => (options.isFromEnvironment && isLoopback(host)) || spared(host, port),
  };
}

type Credentials = Pick<ProxySettings, 'credentials' | 'authorization'>;

async function readCredentials(file: string): Promise<Credentials> {
  let text: string;
  let mode: number;
  try {
    ({ mode } = await stat(file));
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw proxyErrors.credentialsUnreadable({ file, reason: reasonOf(error) }, { cause: error });
  }
  // Windows has no such modes: there the folder's own rights decide.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw proxyErrors.credentialsUnsafe({ file, mode: (mode & 0o777).toString(8) });
  }
  const line = text.trim();
  const bearer = /^bearer ([\x21-\x7e]+)$/i.exec(line)?.[1];
  if (bearer !== undefined) {
    return { credentials: 'bearer', authorization: `Bearer ${bearer}` };
  }
  const [, user, password] = /^basic ([^:\r\n]+):([^\r\n]*)$/i.exec(line) ?? [];
  if (user === undefined || password === undefined) {
    throw proxyErrors.credentialsUnreadable({ file, reason: 'it holds something else' });
  }
  return basic(user, password);
}

/** @spec RFC 7617 §2 */
function basic(user: string, password: string): Credentials {
  const pair = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
  return { credentials: 'basic', authorization: `Basic ${pair}` };
}
