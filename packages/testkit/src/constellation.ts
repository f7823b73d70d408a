import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdminClient, createAdminClient } from '@moorline/admin-client';
import { type Agent, createAgent } from '@moorline/agent-core';
import { type Host, type HostProfile, hostMigrations, startHost, VERSION } from '@moorline/host';
import { type Logger, silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import type { InventoryProvider } from '@moorline/model/ports';
import { SITE_PROFILE } from '@moorline/site';
import { TENANT_PROFILE } from '@moorline/tenant';
import { createScriptedProvider } from './scripted-provider.ts';
import { testDatabaseSource } from './with-database.ts';

/** A host of the constellation, with a client that acts as its first administrator. */
export interface Star {
  readonly host: Host;
  readonly client: AdminClient;
  readonly token: string;
  /** SQL as the owner of its schema. */
  asOwner(statement: string): Promise<readonly Record<string, unknown>[]>;
}

export interface ConstellationAgent {
  readonly agent: Agent;
  readonly provider: InventoryProvider;
  readonly name: string;
  readonly deviceId: string;
}

/** A tenant, a site and devices in one process, over real TLS, on the real PostgreSQL. */
export interface Constellation extends AsyncDisposable {
  readonly tenant: Star;
  readonly site: Star;
  readonly agents: readonly ConstellationAgent[];
  /** Enrols one more device at the site. */
  addAgent(options?: { name?: string; provider?: InventoryProvider }): Promise<ConstellationAgent>;
  /** Joins the site to the tenant as its administrator would. */
  attach(): Promise<void>;
  /**
   * Waits until nothing is under way: every entry of the site's change log is acknowledged by the tenant and
   * every action has ended. Rejects after `timeoutMs` (default 15 s) with what is left.
   */
  settle(timeoutMs?: number): Promise<void>;
}

export interface ConstellationOptions {
  /** Devices enrolled at the site; default 1. */
  readonly devices?: number;
  /** Default true. */
  readonly attached?: boolean;
  readonly logger?: Logger;
}

async function create(options: ConstellationOptions = {}): Promise<Constellation> {
  const logger = options.logger ?? silentLogger;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'moorline-constellation-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));

  async function star(profile: HostProfile, name: string): Promise<Star> {
    const database = stack.use(await testDatabaseSource(hostMigrations(profile)));
    const host = stack.use(
      await startHost(
        {
          dataFolder: join(folder, profile.kind),
          name,
          address: '127.0.0.1',
          port: 0,
          consoleFolder: undefined,
          database: database.source,
          logLevel: 'silent',
        },
        profile,
        { clock: systemClock, entropy: systemEntropy, logger, version: VERSION },
      ),
    );
    const { token } = await host.apiToken('test');
    const client = createAdminClient({
      baseUrl: host.ready.consoleUrl,
      authorization: () => `Bearer ${token}`,
    });
    return { host, client, token, asOwner: database.asOwner };
  }

  const [tenant, site] = await Promise.all([
    star(TENANT_PROFILE, 'Contoso'),
    star(SITE_PROFILE, 'HQ1'),
  ]);
  const agents: ConstellationAgent[] = [];
  let owned = stack;

  async function addAgent(
    agentOptions: { name?: string; provider?: InventoryProvider } = {},
  ): Promise<ConstellationAgent> {
    const name = agentOptions.name ?? `device-${agents.length + 1}`;
    const provider = agentOptions.provider ?? createScriptedProvider({ name });
    const agent = owned.use(
      createAgent({
        folder: join(folder, `agent-${agents.length + 1}`),
        provider,
        clock: systemClock,
        entropy: systemEntropy,
        logger: logger.child({ agent: name }),
        clientVersion: VERSION,
        deviceName: name,
      }),
    );
    const { token } = await site.client.enrolmentTokens.create({ displayName: name });
    const { deviceId } = await agent.enrol(token ?? '');
    await agent.start(new AbortController().signal);
    const added = { agent, provider, name, deviceId };
    agents.push(added);
    return added;
  }

  async function attach(): Promise<void> {
    const { token } = await tenant.client.connectors.createJoinToken({});
    await site.client.cloudAttach.attach({ joinToken: token });
  }

  async function settle(timeoutMs = 15_000): Promise<void> {
    const deadline = systemClock.now() + timeoutMs;
    for (;;) {
      const left = await unsettled();
      if (left.length === 0) return;
      if (systemClock.now() > deadline) throw new Error(`not settled: ${left.join('; ')}`);
      await systemClock.sleep(20);
    }
  }

  async function unsettled(): Promise<string[]> {
    const left: string[] = [];
    // From where changes come to where they go: what is done at one is in the log before the next is asked.
    for (const { agent, name, deviceId } of agents) {
      const { connection, reports, lastInventoryAt } = agent.status();
      if (connection.state !== 'connected') left.push(`${name} is ${connection.state}`);
      if (lastInventoryAt === null) left.push(`${name} has not sent its inventory`);
      if (reports.pending > 0) left.push(`${name} has ${reports.pending} reports to send`);
      // Presence is written a little later than the channel opens, many devices at a time.
      const { online } = await site.client.devices.get(deviceId);
      if (!online) left.push(`${name} is not online at its site yet`);
    }
    for (const end of [tenant, site]) {
      for (const action of (await end.client.actions.list({ top: 100 })).items) {
        if (!action.isFinal) left.push(`action ${action.id} is ${action.state}: ${action.reason}`);
      }
    }
    const attachment = await site.client.cloudAttach.get();
    if (attachment.state === 'attached') {
      if (!attachment.connected) left.push(`uplink: ${attachment.statusReason}`);
      if (attachment.pendingChanges > 0) left.push(`${attachment.pendingChanges} pending changes`);
    }
    return left;
  }

  for (let index = 0; index < (options.devices ?? 1); index++) await addAgent();
  if (options.attached ?? true) await attach();
  owned = stack.move();
  return {
    tenant,
    site,
    agents,
    addAgent,
    attach,
    settle,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export const Constellation: { create(options?: ConstellationOptions): Promise<Constellation> } = {
  create,
};
