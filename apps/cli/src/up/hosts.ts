import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, connect } from '../connection/connect.ts';
import { type Context, readContexts, withContext, writeContexts } from '../connection/contexts.ts';
import { consoleFolder } from '../layout.ts';
import type { UpOptions } from './options.ts';
import { type HostInfo, hostInfo, texts } from './ready-info.ts';
import type { Supervised } from './supervised.ts';

/** A host that serves, and the way to speak to it. */
export interface RunningHost {
  readonly info: HostInfo;
  readonly connection: Connection;
}

export function hostArguments(kind: 'tenant' | 'site', options: UpOptions): readonly string[] {
  const port = kind === 'tenant' ? options.tenantPort : options.sitePort;
  const folder = consoleFolder();
  return [
    'run',
    ...['--data', join(options.folder, kind)],
    ...['--port', String(port)],
    ...['--host', options.host],
    ...(folder === undefined ? [] : ['--console', folder]),
  ];
}

/** Starts a host and makes sure that the context of its kind's name works. */
export async function startHost(
  host: Supervised,
  kind: 'tenant' | 'site',
  options: UpOptions,
  contextLock: ContextLock,
): Promise<RunningHost> {
  const info = hostInfo(await host.start(hostArguments(kind, options)));
  const where = {
    url: info.adminUrl,
    caPem: await readFile(info.caFile, 'utf8'),
    kind,
    consoleUrl: info.consoleUrl,
  };
  const kept = (await readContexts(options.folder)).contexts[kind];
  const token =
    kept && (await isKnown(kind, { ...where, token: kept.token })) ? kept.token : undefined;
  const context: Context = {
    ...where,
    token: token ?? texts(await host.request('apiToken', { name: 'moorline up' }), ['token']).token,
  };
  await contextLock(async () => {
    const contexts = await readContexts(options.folder);
    await writeContexts(options.folder, withContext(contexts, kind, context));
  });
  return { info, connection: await connect(kind, context) };
}

/** One writer of the contexts' file at a time. */
export type ContextLock = (work: () => Promise<void>) => Promise<void>;

export function createContextLock(): ContextLock {
  let last = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

async function isKnown(name: string, context: Context): Promise<boolean> {
  const { client } = await connect(name, context);
  return (await client.signIn.session()) !== null;
}

/** A one-time link that signs in to the host's plain console on this machine. */
export async function signInLink(host: Supervised): Promise<string> {
  return texts(await host.request('signInLink'), ['url']).url;
}
