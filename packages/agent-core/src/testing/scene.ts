import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Clock,
  type Entropy,
  type Logger,
  silentLogger,
  systemClock,
  systemEntropy,
} from '@moorline/kernel';
import type { ActionHandler } from '../actions/action-handler.ts';
import { type Agent, createAgent } from '../agent.ts';
import { createFixtureProvider, type FixtureProvider } from './fixture-provider.ts';
import { createTestAuthority, type TestAuthority } from './test-authority.ts';

/** An authority and agents beside it, in a folder that goes with them. */
export interface Scene extends AsyncDisposable {
  readonly authority: TestAuthority;
  readonly provider: FixtureProvider;
  readonly folder: string;
  /** A new agent; by default in the one folder of the scene. */
  agent(options?: SceneAgentOptions): Agent;
  /** The same, enrolled, started and connected, its first inventory stored. */
  runningAgent(options?: SceneAgentOptions): Promise<Agent>;
}

export interface SceneAgentOptions {
  readonly folder?: string;
  readonly actionHandlers?: Readonly<Record<string, ActionHandler>>;
  readonly queueLimitBytes?: number;
  /** Default: nowhere, so that no program of this machine is run. */
  readonly programPath?: string;
  readonly bootIdFile?: string;
  readonly logFolders?: readonly string[];
  readonly cycleEnded?: () => void;
}

export async function createScene(
  options: {
    readonly clock?: Clock;
    readonly serverClock?: Clock;
    readonly logger?: Logger;
    /** What every draw gives; default 0, the shortest: backoff and jitter stay real and quick. */
    readonly draw?: () => number;
  } = {},
): Promise<Scene> {
  const quickEntropy: Entropy = { bytes: systemEntropy.bytes, fraction: options.draw ?? (() => 0) };
  const root = await mkdtemp(join(tmpdir(), 'moorline-agent-'));
  const clock = options.clock ?? systemClock;
  const authority = await createTestAuthority({
    folder: join(root, 'authority'),
    clock: options.serverClock ?? clock,
  });
  const provider = createFixtureProvider();
  const agents: Agent[] = [];
  const folder = join(root, 'agent');
  const scene: Scene = {
    authority,
    provider,
    folder,
    agent({ folder: own = folder, ...rest } = {}) {
      const agent = createAgent({
        programPath: '',
        ...rest,
        folder: own,
        provider,
        clock,
        entropy: quickEntropy,
        logger: options.logger ?? silentLogger,
        clientVersion: '0.1.0',
        deviceName: 'scene-device',
      });
      agents.push(agent);
      return agent;
    },
    async runningAgent(agentOptions) {
      const agent = scene.agent(agentOptions);
      await agent.enrol(authority.invitation());
      await agent.start(new AbortController().signal);
      await until(() => agent.status().lastInventoryAt !== null);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents) await agent[Symbol.asyncDispose]();
      await authority[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
  return scene;
}

/** Resolves when the condition holds: for what the agent knows and nobody is told. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${String(condition)}`);
    await delay(3);
  }
}
