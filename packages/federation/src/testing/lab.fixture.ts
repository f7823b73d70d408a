import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, createBus } from '@moorline/bus';
import type { Database, Migration } from '@moorline/db';
import { authenticateWith, createListener, type Listener } from '@moorline/http';
import {
  type AuthorityId,
  type Clock,
  type ConnectorId,
  type Entropy,
  silentLogger,
  systemClock,
  systemEntropy,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import type { Actor, Role } from '@moorline/model';
import { type Issuer, openLocalCa } from '@moorline/pki';
import { createDownlink, type Downlink } from '../downlink/downlink.ts';
import { DOWNLINK_MIGRATIONS } from '../downlink/migrations.ts';
import { LIVE } from '../topics.ts';
import { UPLINK_MIGRATIONS } from '../uplink/migrations.ts';
import type { ProxySettings } from '../uplink/proxy/proxy-settings.ts';
import { createUplink, type Uplink } from '../uplink/uplink.ts';
import {
  createRecordingSink,
  createTestQueue,
  NO_ACTIONS,
  RECORDER_MIGRATIONS,
  receivedIds,
  recordAudit,
  type TestQueue,
} from './recorder.fixture.ts';
import {
  createSiteEngine,
  SITE_ENGINE_MIGRATIONS,
  type SiteEngine,
} from './site-engine.fixture.ts';

export function newId<Id extends string>(): Id {
  return uuidv7<Id>(systemClock, systemEntropy);
}

export function newUser(
  name: string,
  role: Role = 'Administrator',
): Extract<Actor, { kind: 'user' }> {
  return { kind: 'user', userId: newId<UserId>(), name, role, via: 'session' };
}

/** The system's clock, put forward or back by the test. */
export function createShiftedClock(): Clock & { shiftMs: number } {
  const clock = {
    shiftMs: 0,
    now: () => systemClock.now() + clock.shiftMs,
    sleep: systemClock.sleep,
  };
  return clock;
}

/**
 * The system's clock, put forward by the test: whoever sleeps until then wakes at once. What takes milliseconds takes
 * them still, so that servers talk to each other between two jumps.
 */
export function createJumpingClock(): Clock & { jump(byMs: number): void } {
  let shiftMs = 0;
  const jumps = new EventEmitter().setMaxListeners(0);
  const now = (): number => systemClock.now() + shiftMs;
  return {
    now,
    jump(byMs) {
      shiftMs += byMs;
      jumps.emit('jump');
    },
    async sleep(delayMs, options = {}) {
      const wakeAt = now() + delayMs;
      while (now() < wakeAt) {
        const jumped = new AbortController();
        const onJump = (): void => jumped.abort();
        jumps.once('jump', onJump);
        const signals = options.signal ? [options.signal, jumped.signal] : [jumped.signal];
        try {
          await systemClock.sleep(wakeAt - now(), { signal: AbortSignal.any(signals) });
        } catch {
          options.signal?.throwIfAborted(); // else it was a jump: how much is left?
        } finally {
          jumps.off('jump', onJump);
        }
      }
    },
  };
}

/** Short pauses, so that tests do not wait for backoffs; no less random for secrets. */
export const quickEntropy: Entropy = { bytes: systemEntropy.bytes, fraction: () => 0 };

export interface Tenant extends AsyncDisposable {
  readonly authorityId: AuthorityId;
  readonly admin: Extract<Actor, { kind: 'user' }>;
  readonly database: Database;
  readonly issuer: Issuer;
  readonly bus: Bus;
  readonly downlink: Downlink;
  readonly gateway: Listener;
  readonly url: string;
  readonly queue: TestQueue;
  /** Makes a join token through the admin API. */
  joinToken(minutes?: number): Promise<string>;
  api<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: T; etag: string | null }>;
}

export interface Site extends AsyncDisposable {
  readonly authorityId: AuthorityId;
  readonly admin: Extract<Actor, { kind: 'user' }>;
  /** Accounts by id; the tests may change or remove them. */
  readonly accounts: Map<string, Actor>;
  readonly database: Database;
  readonly bus: Bus;
  readonly engine: SiteEngine;
  readonly uplink: Uplink;
  readonly folder: string;
  api<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: T; etag: string | null }>;
}

type Open = (migrations: readonly Migration[]) => Promise<Database>;

const allow = (): void => {};
const quietCa = { clock: systemClock, entropy: systemEntropy, logger: silentLogger };

/** `port` and `again` keep the address, the data and the keys of a tenant that was stopped. */
export async function startTenant(
  open: Open,
  options: {
    readonly clock?: Clock;
    readonly again?: Tenant & { readonly folder: string };
    readonly relayTimeoutMs?: number;
  } = {},
): Promise<Tenant & { readonly folder: string }> {
  const clock = options.clock ?? systemClock;
  const { again } = options;
  const folder = again?.folder ?? (await mkdtemp(join(tmpdir(), 'moorline-tenant-')));
  const authorityId = again?.authorityId ?? newId<AuthorityId>();
  const database =
    again?.database ?? (await open([...RECORDER_MIGRATIONS, ...DOWNLINK_MIGRATIONS]));
  const bus = createBus(silentLogger);
  const admin = again?.admin ?? newUser('alice');
  const queue = again?.queue ?? createTestQueue();
  const issuer = await openLocalCa({
    ...quietCa,
    folder: join(folder, 'pki'),
    name: 'Contoso',
  });
  const server = await issuer.issueServer(['127.0.0.1', 'localhost']);
  const gateway = await createListener({
    name: 'gateway',
    host: '127.0.0.1',
    port: again ? Number(new URL(again.url).port) : 0,
    tls: {
      cert: server.cert,
      key: server.key,
      ca: issuer.caCertificate,
      requestClientCertificate: true,
    },
    logger: silentLogger,
    stopMs: 500,
  });
  const sink = createRecordingSink();
  let url = '';
  const downlink = await createDownlink({
    profile: { authorityId, name: 'Contoso' },
    version: '0.1.0',
    database,
    issuer,
    bus,
    clock,
    entropy: quickEntropy,
    logger: silentLogger,
    uploadSink: () => sink,
    remoteActionQueue: () => queue,
    deviceCounts: async () => new Map<ConnectorId, number>(),
    heldDevices: receivedIds,
    actionFigures: async () => NO_ACTIONS,
    relayKeyFolder: join(folder, 'relay'),
    gatewayUrl: () => url,
    audit: recordAudit,
    ...(options.relayTimeoutMs !== undefined && { relayTimeoutMs: options.relayTimeoutMs }),
  });
  downlink.registerGateway(gateway);
  const console = await createListener({
    name: 'admin',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  authenticateWith(console.app, async () => admin);
  downlink.registerAdmin(console.app, { authorize: allow });
  await downlink.start(new AbortController().signal);
  ({ url } = await gateway.listen());
  const api = caller(await console.listen());
  return {
    folder,
    authorityId,
    admin,
    database,
    issuer,
    bus,
    downlink,
    gateway,
    url,
    queue,
    api,
    async joinToken(minutes) {
      const answer = await api<{ token: string }>(
        'POST',
        JOIN_TOKENS,
        minutes ? { expiresInMinutes: minutes } : {},
      );
      return answer.body.token;
    },
    async [Symbol.asyncDispose]() {
      await downlink[Symbol.asyncDispose]();
      await gateway.close();
      await console.close();
    },
  };
}

export async function startSite(
  open: Open,
  options: {
    readonly clock?: Clock;
    readonly again?: Site;
    readonly name?: string;
    readonly proxy?: ProxySettings;
    readonly idleSeconds?: number;
  } = {},
): Promise<Site> {
  const clock = options.clock ?? systemClock;
  const { again } = options;
  const folder = again?.folder ?? (await mkdtemp(join(tmpdir(), 'moorline-site-')));
  const authorityId = again?.authorityId ?? newId<AuthorityId>();
  const database =
    again?.database ??
    (await open([...RECORDER_MIGRATIONS, ...SITE_ENGINE_MIGRATIONS, ...UPLINK_MIGRATIONS]));
  const bus = createBus(silentLogger);
  const admin = again?.admin ?? newUser('bob');
  const accounts = again?.accounts ?? new Map<string, Actor>([[admin.userId, admin]]);
  const engine = createSiteEngine({ authorityId, database, bus });
  const uplink = createUplink({
    profile: { authorityId, name: options.name ?? 'HQ1' },
    database,
    bus,
    clock,
    entropy: quickEntropy,
    logger: silentLogger,
    version: '0.1.0',
    folder: join(folder, 'uplink'),
    uploadSource: () => engine.source,
    administration: engine.administration,
    resolveLocalActor: async (userId) => accounts.get(userId) ?? null,
    audit: recordAudit,
    authorize: allow,
    ownRoot: (await openLocalCa({ ...quietCa, folder: join(folder, 'pki'), name: 'HQ1' }))
      .caCertificate,
    deviceCount: async () => engine.deviceCount(),
    ...(options.proxy && { proxy: options.proxy }),
    ...(options.idleSeconds !== undefined && { idleSeconds: options.idleSeconds }),
  });
  const console = await createListener({
    name: 'admin',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  authenticateWith(console.app, async () => admin);
  uplink.registerAdmin(console.app, { authorize: allow });
  uplink.start(new AbortController().signal);
  const api = caller(await console.listen());
  return {
    authorityId,
    admin,
    accounts,
    database,
    bus,
    engine,
    uplink,
    folder,
    api,
    async [Symbol.asyncDispose]() {
      await uplink[Symbol.asyncDispose]();
      await console.close();
    },
  };
}

/** Removes what a tenant or a site left on disk. */
export function removeFolder(of: { readonly folder: string }): Promise<void> {
  return rm(of.folder, { recursive: true, force: true });
}

const JOIN_TOKENS = '/v1.0/deviceManagement/configManagerConnectors/joinTokens';

function caller({ url }: { readonly url: string }) {
  return async <T>(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: T; etag: string | null }> => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? null : JSON.parse(text)) as T,
      etag: response.headers.get('etag'),
    };
  };
}

/** Resolves when `check` gives something other than undefined or false; looks again at every live event of the bus. */
export async function eventually<T>(
  bus: Bus,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 10_000,
): Promise<T> {
  const limit = AbortSignal.timeout(timeoutMs);
  for (;;) {
    let wake = (): void => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    using _subscription = bus.subscribe(LIVE, () => wake());
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (limit.aborted) throw new Error('it did not come about in time');
    // Not every state is announced: look again soon even when nothing was said.
    await Promise.race([woken, systemClock.sleep(50)]);
  }
}
