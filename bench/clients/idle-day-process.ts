// One real agent at one real site, in one process, on a clock that is moved: what it asks for while nothing happens.
import { subscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createAdminClient } from '@moorline/admin-client';
import { createAgent } from '@moorline/agent-core';
import { startHost, VERSION } from '@moorline/host';
import { silentLogger, systemEntropy } from '@moorline/kernel';
import { SITE_PROFILE } from '@moorline/site';
import { createFakeClock, createScriptedProvider, testDatabaseSource } from '@moorline/testkit';
import { serveCalls } from './client-process.ts';

/** Requests by method and path, without their queries. */
export type CountedRequests = Readonly<Record<string, number>>;

/** The shortest period of the host: a loop that sleeps again and again must not miss a turn. */
const STEP_MS = 1_000;
/** Every so many steps, real time for what they woke: loopback and a small query. */
const STEPS_BETWEEN_PAUSES = 10;
const PAUSE_MS = 2;
const FIRST_HOUR_MS = 3_600_000;

serveCalls({
  /** Lets `hours` pass after a first hour, in which the agent has enrolled and sent its inventory. */
  async count({ hours }: { hours: number }): Promise<CountedRequests> {
    const clock = createFakeClock(Date.now());
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'moorline-idle-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const database = stack.use(await testDatabaseSource());
    const host = stack.use(
      await startHost(
        {
          dataFolder: join(folder, 'site'),
          name: 'HQ1',
          address: '127.0.0.1',
          port: 0,
          consoleFolder: undefined,
          database: database.source,
          logLevel: 'silent',
        },
        SITE_PROFILE,
        { clock, entropy: systemEntropy, logger: silentLogger, version: VERSION },
      ),
    );
    const { token } = await host.apiToken('idle');
    const admin = createAdminClient({
      baseUrl: host.ready.consoleUrl,
      authorization: () => `Bearer ${token}`,
    });
    const agent = stack.use(
      createAgent({
        folder: join(folder, 'agent'),
        provider: createScriptedProvider({ name: 'idle' }),
        ...{ clock, entropy: systemEntropy, logger: silentLogger },
        clientVersion: VERSION,
        deviceName: 'idle',
      }),
    );
    const invitation = await admin.enrolmentTokens.create({ displayName: 'idle' });
    await agent.enrol(invitation.token ?? '');
    await agent.start(new AbortController().signal);
    while (agent.status().lastInventoryAt === null) await sleep(20);

    const pass = async (ms: number): Promise<void> => {
      for (let step = 1; step <= ms / STEP_MS; step++) {
        clock.advance(STEP_MS);
        await nextTurn();
        if (step % STEPS_BETWEEN_PAUSES === 0) await sleep(PAUSE_MS);
      }
    };
    await pass(FIRST_HOUR_MS);
    const counted: Record<string, number> = {};
    subscribe('http.client.request.start', (message) => {
      // Node's own channel: this is what it publishes.
      const { method, path } = (message as { request: ClientRequest }).request;
      const name = `${method} ${path.split('?', 1)[0]}`;
      counted[name] = (counted[name] ?? 0) + 1;
    });
    await pass(hours * 3_600_000);
    if (agent.status().connection.state !== 'connected') throw new Error('the agent lost its site');
    return counted;
  },
});
