import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, createBus } from '@moorline/bus';
import { Session } from '@moorline/contracts/admin';
import type { Database } from '@moorline/db';
import { authenticateWith, createListener, registerOpenApi } from '@moorline/http';
import {
  type AuthorityId,
  type DeviceId,
  silentLogger,
  systemClock,
  systemEntropy,
  type UserId,
} from '@moorline/kernel';
import type { Actor, Role } from '@moorline/model';
import { createKeyAndCsr, openLocalCa } from '@moorline/pki';
import { type Authority, createAuthority } from './authority.ts';

// The two kinds of host, by which this engine is told apart nowhere but here.
const [, LOWER] = Session.properties.authority.properties.kind.enum;

const ADMIN: Actor = {
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role: 'Administrator',
  via: 'token',
};
const ROLES: Readonly<Record<string, Role>> = {
  'Bearer admin': 'Administrator',
  'Bearer desk': 'Help desk',
  'Bearer reader': 'Read only',
};

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects of each answer.
  readonly body: any;
}

export interface CallOptions {
  readonly body?: unknown;
  /** `admin` (default), `desk` or `reader`, or whom the test makes up; any other word is nobody. */
  readonly as?: string | Actor;
  readonly headers?: Record<string, string>;
}

/** An authority with five devices behind a real listener. */
export interface HttpLab extends AsyncDisposable {
  readonly authority: Authority;
  readonly bus: Bus;
  readonly origin: string;
  readonly ids: readonly DeviceId[];
  /** The bearer token of whom the test makes up. */
  tokenOf(actor: Actor): string;
  call(method: string, path: string, options?: CallOptions): Promise<HttpAnswer>;
}

export async function openHttpLab(database: Database, authorityId: AuthorityId): Promise<HttpLab> {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-ca-'));
  const shared = { clock: systemClock, entropy: systemEntropy, logger: silentLogger };
  const bus = createBus(silentLogger);
  const actors = new Map<string, Actor>();
  const authority = createAuthority({
    ...shared,
    profile: { authorityId, name: 'HQ1', kind: LOWER, managedBy: LOWER },
    database,
    issuer: await openLocalCa({ folder, name: 'HQ1', ...shared }),
    bus,
    nudger: { nudge: () => {}, nudgeAll: () => {}, disconnect: () => {} },
    remotes: null,
    gatewayUrl: () => 'https://hq1.example:9444',
    filesFolder: join(folder, 'files'),
  });
  await authority.start();
  const listener = await createListener({
    name: 'console',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  await registerOpenApi(listener.app, { title: 'Test', version: '0' });
  authenticateWith(listener.app, async (request) => {
    const authorization = request.headers.authorization ?? '';
    const role = ROLES[authorization];
    return role ? { ...ADMIN, role } : (actors.get(authorization) ?? null);
  });
  authority.routes(listener.app);
  const origin = `http://localhost:${(await listener.listen()).port}`;
  const { token = '' } = await authority.enrolment.tokens.create(ADMIN, { quota: 5 });
  const ids: DeviceId[] = [];
  for (const deviceName of ['alpha', 'bravo', 'charlie', 'delta', 'echo']) {
    const { csr } = await createKeyAndCsr(deviceName);
    const { deviceId } = await authority.devicePort.enrol({
      token,
      csr,
      deviceName,
      clientVersion: '0.1.0',
      remoteAddress: '127.0.0.1',
    });
    ids.push(deviceId);
  }
  const tokenOf = (actor: Actor): string => {
    const token = `actor${actors.size}`;
    actors.set(`Bearer ${token}`, actor);
    return token;
  };
  return {
    authority,
    bus,
    origin,
    ids,
    tokenOf,
    async call(method, path, options = {}) {
      const as = typeof options.as === 'object' ? tokenOf(options.as) : (options.as ?? 'admin');
      const response = await fetch(path.startsWith('http') ? path : origin + path, {
        method,
        headers: {
          authorization: `Bearer ${as}`,
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json');
      return {
        status: response.status,
        headers: response.headers,
        body: isJson && text !== '' ? JSON.parse(text) : text,
      };
    },
    async [Symbol.asyncDispose]() {
      await listener.close();
      await authority[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
