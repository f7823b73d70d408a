import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AdminApiError } from '@moorline/admin-client';
import type { CloudAttach, ManagedDevice } from '@moorline/contracts/admin';
import type { Clock } from '@moorline/kernel';
import { cliErrors } from '../errors.ts';
import { safeText } from '../output/safe-text.ts';
import type { RunningHost } from './hosts.ts';
import type { UpOptions } from './options.ts';
import { pendingSecret } from './pending-secrets.ts';
import { type AgentInfo, agentInfo } from './ready-info.ts';
import type { Supervised } from './supervised.ts';

const ENROLMENT_MINUTES = 60;
const LOOK_EVERY_MS = 150;

interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Starts the agent; one that has no identity yet enrols at `site` with a token for one device. */
export async function startAgent(
  agent: Supervised,
  site: RunningHost,
  options: UpOptions,
  signal: AbortSignal,
): Promise<AgentInfo & { readonly isNew: boolean }> {
  const folder = join(options.folder, 'agent');
  const args = ['run', '--data', folder];
  const isNew = !existsSync(join(folder, 'identity.json'));
  if (!isNew) return { ...agentInfo(await agent.start(args)), isNew };
  const secret = pendingSecret(options.folder, 'enrolment');
  const info = await secret.use(
    async () => {
      const created = await site.connection.client.enrolmentTokens.create(
        { displayName: 'moorline up', quota: 1, expiresInMinutes: ENROLMENT_MINUTES },
        { signal },
      );
      return given(created.token);
    },
    // By its file: arguments are shown to every user of the machine.
    () => agent.start([...args, '--enrol-file', secret.file]),
  );
  return { ...agentInfo(info), isNew };
}

/** Attaches `site` to `tenant` unless it is attached; answers the site's end once it is connected. */
export async function attachSite(
  tenant: RunningHost,
  site: RunningHost,
  options: UpOptions,
  waiting: Waiting,
): Promise<CloudAttach & { readonly isNew: boolean }> {
  const { cloudAttach } = site.connection.client;
  const { signal } = waiting;
  const isNew = (await cloudAttach.get({ signal })).state !== 'attached';
  if (isNew) {
    await pendingSecret(options.folder, 'join').use(
      async () => (await tenant.connection.client.connectors.createJoinToken({}, { signal })).token,
      (joinToken) => cloudAttach.attach({ joinToken }, { signal }),
    );
  }
  const state = await until(waiting, async () => {
    const state = await cloudAttach.get({ signal });
    return state.connected ? state : undefined;
  });
  return { ...(state ?? (await cloudAttach.get({ signal }))), isNew };
}

/** The device as `host` shows it once its first inventory has arrived; undefined when that takes too long. */
export function deviceAt(
  host: RunningHost,
  deviceId: string,
  waiting: Waiting,
): Promise<ManagedDevice | undefined> {
  return until(waiting, async () => {
    try {
      const device = await host.connection.client.devices.get(deviceId, { signal: waiting.signal });
      return device.operatingSystem && device.online ? device : undefined;
    } catch (error) {
      if (error instanceof AdminApiError && error.status === 404) return undefined;
      throw error;
    }
  });
}

const LONGEST_WAIT_MS = 60_000;

async function until<T>(
  { clock, signal }: Waiting,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = clock.now() + LONGEST_WAIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined || clock.now() > deadline) return found;
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}

export function describeDevice(device: ManagedDevice): string {
  const system = [device.operatingSystem, device.osVersion].filter(Boolean).join(' ');
  const hardware = [device.manufacturer, device.model].filter(Boolean).join(' ');
  return safeText([device.deviceName ?? device.id, system, hardware].filter(Boolean).join(' · '));
}

function given(token: string | undefined): string {
  if (token !== undefined) return token;
  throw cliErrors.childFailed({ message: 'The site made an enrolment token without telling it.' });
}
