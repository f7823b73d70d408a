import { hostname } from 'node:os';
import { type Agent, agentErrors, createAgent } from '@moorline/agent-core';
import {
  backoffMs,
  type Logger,
  MoorlineError,
  systemClock,
  systemEntropy,
} from '@moorline/kernel';
import { CLIENT_VERSION } from './client-version.ts';
import { deviceProvider } from './device-provider.ts';
import { giveMemoryBack, keepMemorySmall } from './memory.ts';
import { serveStatus } from './status-socket.ts';
import { openSupervisor } from './supervisor.ts';
import { serveUsers } from './user-socket.ts';

const ENROL_BACKOFF = { firstMs: 1_000, maxMs: 60_000 };

/**
 * Runs the agent of `folder` until SIGINT, SIGTERM or the end of its supervisor.
 * @throws `agent.not_enrolled`, `agent.folder_in_use`, and what enrolling throws
 */
export async function runAgent(
  options: {
    readonly folder: string;
    readonly enrolToken: string | undefined;
    readonly userSocket: string | undefined;
  },
  logger: Logger,
): Promise<void> {
  keepMemorySmall();
  const stopping = new AbortController();
  const supervisor = openSupervisor((reason) => {
    logger.info({ reason }, 'stopping');
    stopping.abort();
  });
  const { signal } = stopping;
  await using agent = createAgent({
    folder: options.folder,
    provider: deviceProvider(),
    clock: systemClock,
    entropy: systemEntropy,
    logger,
    clientVersion: CLIENT_VERSION,
    cycleEnded: giveMemoryBack,
  });
  try {
    if (options.enrolToken !== undefined) {
      supervisor.progress('enrolling');
      await enrolWithPatience(agent, options.enrolToken, logger, signal);
    }
    supervisor.progress('starting');
    await agent.start(signal);
    const { deviceId, authority } = agent.status();
    if (!deviceId || !authority) throw agentErrors.notEnrolled();
    await using _status = await serveStatus(options.folder, () => agent.status());
    await using _users = options.userSocket
      ? await serveUsers(options.userSocket, agent)
      : undefined;
    supervisor.ready({ deviceId, deviceName: hostname(), authorityName: authority.name });
    logger.info({ deviceId, authority: authority.name }, 'agent is running');
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** A machine may start before its network, or before the server: what may pass is waited for. */
async function enrolWithPatience(
  agent: Agent,
  token: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await agent.enrol(token, { signal });
      return;
    } catch (error) {
      if (!(error instanceof MoorlineError) || error.kind !== 'unavailable') throw error;
      logger.warn({ err: error, attempt }, 'cannot enrol yet');
      await systemClock.sleep(backoffMs(ENROL_BACKOFF, attempt, systemEntropy), { signal });
    }
  }
}
