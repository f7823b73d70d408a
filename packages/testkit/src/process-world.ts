import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdminClient, createAdminClient } from '@moorline/admin-client';
import { removeCluster } from '@moorline/db';
import type { HostReady } from '@moorline/host';
import { silentLogger } from '@moorline/kernel';
import { type Child, startChild } from './child.ts';
import { freePortTriple } from './free-ports.ts';
import { type ProgramForm, programFile } from './program-file.ts';

export type HostName = 'tenant' | 'site';
export type ProcessName = HostName | 'agent';

export interface AgentReady {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly authorityName: string;
}

/** The product as its user runs it: each program a process of its own, each host with its own PostgreSQL. */
export interface ProcessWorld extends AsyncDisposable {
  readonly folder: string;
  readonly clients: Readonly<Record<HostName, AdminClient>>;
  host(name: HostName): Child<HostReady>;
  agent(): Child<AgentReady>;
  /** What a program has written to its outputs. */
  logFile(name: ProcessName): string;
  /** Starts a program, or starts it again on the same data and ports. */
  start(name: ProcessName): Promise<void>;
  kill(name: ProcessName): Promise<void>;
  stop(name: ProcessName): Promise<number | null>;
  /** Enrols this machine's agent at the site and starts it. */
  enrolAgent(): Promise<string>;
  attach(): Promise<void>;
}

export interface ProcessWorldOptions {
  readonly programs?: ProgramForm;
  /** A built console that both hosts serve; default: none. */
  readonly consoleFolder?: string;
  /** Node options that the hosts are started with, such as `--inspect=127.0.0.1:0`. */
  readonly nodeOptions?: string;
}

/** Prepares folders and ports; nothing is started yet. Disposing stops everything and removes the folders. */
export async function createProcessWorld(options: ProcessWorldOptions = {}): Promise<ProcessWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-world-'));
  await chmod(folder, 0o711);
  await mkdir(join(folder, 'logs'));
  const ports = { tenant: await freePortTriple(), site: await freePortTriple() };
  const tokens: Partial<Record<HostName, string>> = {};
  const hosts = new Map<HostName, Child<HostReady>>();
  let agent: Child<AgentReady> | undefined;
  let enrolment: string | undefined;

  const programOf = (name: ProcessName): string => programFile(name, options.programs);
  const logOf = (name: ProcessName): string => join(folder, 'logs', `${name}.log`);

  function running<T>(child: T | undefined, name: string): T {
    if (!child) throw new Error(`${name} is not started`);
    return child;
  }

  async function startHost(name: HostName): Promise<void> {
    const child = await startChild<HostReady>({
      program: programOf(name),
      args: [
        'run',
        ...['--data', join(folder, name)],
        ...['--port', String(ports[name])],
        ...['--name', name === 'tenant' ? 'Contoso' : 'HQ1'],
        ...(options.consoleFolder === undefined ? [] : ['--console', options.consoleFolder]),
      ],
      logFile: logOf(name),
      ...(options.nodeOptions === undefined ? {} : { env: { NODE_OPTIONS: options.nodeOptions } }),
    });
    hosts.set(name, child);
    tokens[name] ??= (await child.request<{ token: string }>('apiToken', { name: 'test' })).token;
  }

  async function startAgent(): Promise<void> {
    agent = await startChild<AgentReady>({
      program: programOf('agent'),
      args: [
        'run',
        ...['--data', join(folder, 'agent')],
        ...(enrolment === undefined ? [] : ['--enrol', enrolment]),
      ],
      logFile: logOf('agent'),
    });
  }

  const clientOf = (name: HostName): AdminClient =>
    createAdminClient({
      baseUrl: `http://localhost:${ports[name] - 1}`,
      authorization: () => `Bearer ${tokens[name] ?? ''}`,
    });
  const clients = { tenant: clientOf('tenant'), site: clientOf('site') };
  const childOf = (name: ProcessName): Child<unknown> | undefined =>
    name === 'agent' ? agent : hosts.get(name);

  const world: ProcessWorld = {
    folder,
    clients,
    host: (name) => running(hosts.get(name), name),
    agent: () => running(agent, 'agent'),
    logFile: logOf,
    start: (name) => (name === 'agent' ? startAgent() : startHost(name)),
    kill: (name) => running(childOf(name), name).kill(),
    stop: (name) => running(childOf(name), name).stop(),
    async enrolAgent() {
      enrolment = (await clients.site.enrolmentTokens.create({ displayName: 'test' })).token;
      await startAgent();
      return running(agent, 'agent').ready.deviceId;
    },
    async attach() {
      const { token } = await clients.tenant.connectors.createJoinToken({});
      await clients.site.cloudAttach.attach({ joinToken: token });
    },
    async [Symbol.asyncDispose]() {
      await agent?.stop();
      for (const child of hosts.values()) await child.stop();
      for (const name of ['tenant', 'site']) {
        await removeCluster(join(folder, name, 'postgres'), silentLogger);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}
