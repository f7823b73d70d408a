import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DatabaseSource } from '@moorline/db';
import { nearest } from '@moorline/kernel';

/** How a host is started; ports are N-1 (plain console), N (admin) and N+1 (gateway), or all 0 for free ones. */
export interface HostConfig {
  readonly dataFolder: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Folder of the built console; absent: no console is served. */
  readonly consoleFolder: string | undefined;
  /** DATABASE_URL (and DATABASE_OWNER_URL), or the embedded PostgreSQL in the data folder. */
  readonly database: DatabaseSource;
  readonly logLevel: LogLevel;
  /** What leads out of this network; absent: nothing is in the way. */
  readonly proxy?: ProxyConfig;
}

export interface ProxyConfig {
  readonly url: string;
  /** File with its credentials. */
  readonly credentialsFile: string | undefined;
  /** What is reached past it. */
  readonly noProxy: string;
  /** Meant for all programs, not for this one by name. */
  readonly isFromEnvironment: boolean;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const OPTIONS = {
  data: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  name: { type: 'string' },
  console: { type: 'string' },
  proxy: { type: 'string' },
  'proxy-credentials': { type: 'string' },
} as const;

/** A mistake in how the host was started: the message says which word, and the nearest right one. */
export class UsageError extends Error {}

/** Flags over environment over defaults. @throws UsageError */
export function readConfig(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  defaults: { readonly name: string; readonly port: number },
): HostConfig {
  const [command, ...rest] = argv;
  if (command !== 'run')
    throw new UsageError('usage: run --data DIR [--port N] [--host ADDR] [--name NAME]');
  for (const word of rest) {
    const flag = /^--([^=]+)/.exec(word)?.[1];
    if (flag !== undefined && !Object.hasOwn(OPTIONS, flag)) {
      const near = nearest(flag, Object.keys(OPTIONS));
      throw new UsageError(
        `There is no option --${flag}.${near ? ` Did you mean --${near}?` : ''}`,
      );
    }
  }
  let values: Partial<Record<keyof typeof OPTIONS, string>>;
  try {
    values = parseArgs({ args: rest, options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const port = Number(values.port ?? defaults.port);
  if (!Number.isInteger(port) || port < 0 || port > 65534 || port === 1) {
    throw new UsageError(
      `--port takes a number from 2 to 65534 (or 0 for free ports), not ${values.port}`,
    );
  }
  if (!values.data)
    throw new UsageError('--data DIR is missing: the folder that keeps this host’s data');
  const level = environment.MOORLINE_LOG ?? 'info';
  const logLevel = LOG_LEVELS.find((known) => known === level);
  if (!logLevel) {
    throw new UsageError(`MOORLINE_LOG takes one of ${LOG_LEVELS.join(', ')}, not ${level}`);
  }
  return {
    dataFolder: values.data,
    name: values.name ?? defaults.name,
    address: values.host ?? '127.0.0.1',
    port,
    consoleFolder: values.console,
    database: databaseSource(values.data, environment),
    logLevel,
    ...proxyOf(values, environment),
  };
}

/** The option, or what programs find in HTTPS_PROXY and NO_PROXY; `--proxy none` goes out directly. */
function proxyOf(
  values: Partial<Record<keyof typeof OPTIONS, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly proxy?: ProxyConfig } {
  const option = values.proxy;
  const url = option ?? environment.HTTPS_PROXY ?? environment.https_proxy;
  if (url === undefined || url === '' || url === 'none') return {};
  return {
    proxy: {
      url,
      credentialsFile: values['proxy-credentials'] ?? environment.MOORLINE_PROXY_CREDENTIALS,
      noProxy: environment.NO_PROXY ?? environment.no_proxy ?? '',
      isFromEnvironment: option === undefined,
    },
  };
}

/** DATABASE_URL and DATABASE_OWNER_URL, or the embedded PostgreSQL in the data folder. */
export function databaseSource(
  dataFolder: string,
  environment: Readonly<Record<string, string | undefined>>,
): DatabaseSource {
  const { DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl } = environment;
  if (url === undefined) return { kind: 'embedded', folder: join(dataFolder, 'postgres') };
  return { kind: 'url', url, ...(ownerUrl === undefined ? {} : { ownerUrl }) };
}
