import { join } from 'node:path';
import {
  AUTHORITY_MIGRATIONS,
  type Authority,
  accessAuthenticator,
  accessRoutes,
  auditRoutes,
  authorize,
  createAuthority,
} from '@moorline/authority';
import { type Bus, createBus } from '@moorline/bus';
import { AGENT_PROTOCOL, CONNECTED_ALPN } from '@moorline/contracts/agent';
import { type Database, type Migration, openDatabase } from '@moorline/db';
import { type AgentGateway, registerAgentGateway } from '@moorline/gateways/agent';
import {
  type AttemptLimiter,
  authenticateWith,
  createAttemptLimiter,
  createListener,
  type HttpApp,
  type Listener,
  registerOpenApi,
  serveConsole,
} from '@moorline/http';
import { type Clock, createTaskGroup, type Entropy, type Logger } from '@moorline/kernel';
import type { RemoteAuthorities } from '@moorline/model/ports';
import { CA_CERTIFICATE_FILE, type Issuer, openLocalCa } from '@moorline/pki';
import type { HostConfig, ProxyConfig } from './config.ts';
import { type HostIdentity, type HostKind, openDataFolder } from './data-folder.ts';
import type { HostReady } from './process-contract.ts';
import { issueServerCertificate, publicName } from './server-certificate.ts';
import { openTicketKeys } from './ticket-keys.ts';

/** What a federation half is given; both halves take from it what they need. */
export interface HostContext {
  readonly identity: HostIdentity;
  readonly version: string;
  readonly folder: string;
  readonly database: Database;
  readonly issuer: Issuer;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly limiter: AttemptLimiter;
  /** What leads out of this network; null: nothing is in the way. */
  readonly proxy: ProxyConfig | null;
  /** Origin of the gateway; known once it listens. */
  gatewayUrl(): string;
  /** The engine; there once everything is composed. */
  authority(): Authority;
}

/** The half of the federation that makes a host a tenant or a site. */
export interface FederationHalf extends AsyncDisposable {
  /** How to reach other authorities; null where there are none behind this one. */
  readonly remotes: RemoteAuthorities | null;
  registerAdmin(app: HttpApp): void;
  registerGateway(listener: Listener): void;
  start(signal: AbortSignal): Promise<void>;
}

/** What a host program adds to the common composition: data and its half of the federation. */
export interface HostProfile {
  readonly kind: HostKind;
  /** How Graph names the management of its own devices. */
  readonly managedBy: HostKind;
  readonly federationMigrations: readonly Migration[];
  /** SQL that a restored backup ends with: what its half of the federation must not believe any more. */
  readonly afterRestore?: readonly string[];
  createFederation(context: HostContext): Promise<FederationHalf>;
}

export interface HostDeps {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly version: string;
  onProgress?(step: string): void;
}

/** A tenant or a site that serves. Disposing it stops everything that it started, in order. */
export interface Host extends AsyncDisposable {
  readonly ready: HostReady;
  readonly identity: HostIdentity;
  readonly authority: Authority;
  readonly database: Database;
  readonly gateway: AgentGateway;
  /** A one-time link for the first administrator, on the plain console. */
  signInLink(): Promise<{ readonly url: string }>;
  /** An API token of the first administrator. */
  apiToken(name: string): Promise<{ readonly token: string }>;
}

/** What makes the schema of such a host, in order. */
export function hostMigrations(profile: HostProfile): readonly Migration[] {
  return [...AUTHORITY_MIGRATIONS, ...profile.federationMigrations];
}

/**
 * Composes and starts a host in its data folder.
 * @throws `host.*`, `db.*` with a text that says what to do; whatever had started is stopped again
 */
export async function startHost(
  config: HostConfig,
  profile: HostProfile,
  deps: HostDeps,
): Promise<Host> {
  const { clock, entropy, logger, version } = deps;
  const progress = deps.onProgress ?? (() => {});
  await using stack = new AsyncDisposableStack();

  const identity = await openDataFolder(
    config.dataFolder,
    { kind: profile.kind, name: config.name },
    { clock, entropy },
  );
  progress('database');
  const database = stack.use(
    await openDatabase({
      source: config.database,
      migrations: hostMigrations(profile),
      logger,
      onProgress: progress,
    }),
  );
  progress('certificates');
  const pkiFolder = join(config.dataFolder, 'pki');
  const issuer = await openLocalCa({
    folder: pkiFolder,
    name: identity.name,
    clock,
    entropy,
    logger,
  });
  const server = await issueServerCertificate({ issuer, address: config.address, clock, logger });
  const tickets = await openTicketKeys({ folder: pkiFolder, clock, entropy, logger });

  const bus = createBus(logger);
  const limiter = createAttemptLimiter(clock);
  const tasks = stack.use(createTaskGroup('host', logger));
  let gatewayUrl = '';
  let authority: Authority | undefined;
  let gateway: AgentGateway | undefined;
  const context: HostContext = {
    identity,
    version,
    folder: config.dataFolder,
    database,
    issuer,
    bus,
    clock,
    entropy,
    logger,
    limiter,
    proxy: config.proxy ?? null,
    gatewayUrl: () => gatewayUrl,
    authority: () => required(authority),
  };
  const federation = stack.use(await profile.createFederation(context));
  const engine = stack.use(
    createAuthority({
      profile: {
        authorityId: identity.authorityId,
        name: identity.name,
        kind: identity.kind,
        managedBy: profile.managedBy,
      },
      database,
      issuer,
      bus,
      clock,
      entropy,
      logger,
      remotes: federation.remotes,
      nudger: {
        nudge: (deviceId, nudge) => gateway?.nudger.nudge(deviceId, nudge),
        nudgeAll: (nudge) => gateway?.nudger.nudgeAll(nudge),
        disconnect: (deviceId, reason) => gateway?.nudger.disconnect(deviceId, reason),
      },
      gatewayUrl: () => gatewayUrl,
      filesFolder: join(config.dataFolder, 'files'),
    }),
  );
  authority = engine;
  await engine.access.administrators.first();

  progress('listeners');
  const tls = { cert: server.cert, key: server.key, ca: issuer.caCertificate };
  const ports = config.port === 0 ? [0, 0, 0] : [config.port - 1, config.port, config.port + 1];
  const [plainPort = 0, adminPort = 0, gatewayPort = 0] = ports;
  const plain = stack.use(
    await createListener({
      name: 'console',
      host: '127.0.0.1',
      port: plainPort,
      loopbackOnly: true,
      logger,
    }),
  );
  const admin = stack.use(
    await createListener({
      name: 'admin',
      host: config.address,
      port: adminPort,
      tls: { cert: tls.cert, key: tls.key },
      logger,
    }),
  );
  const devices = stack.use(
    await createListener({
      name: 'gateway',
      host: config.address,
      port: gatewayPort,
      tls: { ...tls, requestClientCertificate: true, ticketKeys: tickets.keys },
      connectedAlpn: CONNECTED_ALPN,
      logger,
    }),
  );

  for (const listener of [plain, admin]) {
    const { app } = listener;
    await registerOpenApi(app, { title: `Moorline ${identity.kind}`, version });
    authenticateWith(app, accessAuthenticator(engine.access));
    accessRoutes(app, {
      access: engine.access,
      authority: { id: identity.authorityId, name: identity.name, kind: identity.kind, version },
      limiter,
    });
    auditRoutes(app, { authorityId: identity.authorityId, database, authorize });
    engine.routes(app);
    federation.registerAdmin(app);
    if (config.consoleFolder) await serveConsole(app, config.consoleFolder);
  }
  gateway = registerAgentGateway(devices, {
    devicePort: engine.devicePort,
    clock,
    entropy,
    logger,
    authorityName: identity.name,
    limiter,
    refused: engine.refusals.record,
    expected: await engine.ownDevicesOfDay(),
  });
  stack.use(gateway);
  federation.registerGateway(devices);
  // Stopped before the listeners too: its open channels would hold them until they are cut off.
  stack.use(federation);

  // Who dials in needs the gateway's address, so it is the first to listen.
  const deviceAddress = await devices.listen();
  gatewayUrl = `https://${publicName(config.address)}:${deviceAddress.port}`;
  await engine.start();
  await federation.start(tasks.signal);
  const adminAddress = await admin.listen();
  const plainAddress = await plain.listen();
  server.renewOn([admin, devices], tasks);
  tickets.rotateOn(devices, tasks);
  logger.info({ protocol: AGENT_PROTOCOL, version, gatewayUrl }, 'host serves');

  const owned = stack.move();
  const consoleUrl = `http://localhost:${plainAddress.port}`;
  return {
    identity,
    authority: engine,
    database,
    gateway,
    ready: {
      name: identity.name,
      kind: identity.kind,
      authorityId: identity.authorityId,
      consoleUrl,
      adminUrl: `https://${publicName(config.address)}:${adminAddress.port}`,
      gatewayUrl,
      caFile: join(pkiFolder, CA_CERTIFICATE_FILE),
      caFingerprint: issuer.caFingerprint,
    },
    async signInLink() {
      const { path } = await engine.access.firstSignInLink();
      return { url: `${consoleUrl}${path}` };
    },
    async apiToken(name) {
      return { token: await engine.access.firstApiToken(name) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the host is not composed yet');
  return value;
}
