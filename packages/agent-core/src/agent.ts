import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { DEFAULT_CLIENT_SETTINGS } from '@moorline/contracts/agent';
import { lockFolder } from '@moorline/files';
import { type Clock, type Entropy, type Logger, rfc3339 } from '@moorline/kernel';
import type { InventoryProvider } from '@moorline/model/ports';
import type { ActionHandler } from './actions/action-handler.ts';
import type { PendingRestart } from './actions/restart.ts';
import { type DeviceSession, startDeviceSession } from './device-session.ts';
import { enrolDevice } from './enrol/enrolment.ts';
import { agentErrors } from './errors.ts';
import { createServerTime } from './link/server-time.ts';
import { type AgentStatus, type ConnectionState, createWarnings } from './status.ts';
import { createIdentityStore, type Identity } from './store/identity-store.ts';
import { openFolder } from './store/open-folder.ts';

export interface AgentDeps {
  /** Holds everything that the agent keeps; made when missing, mode 0700. One agent at a time. */
  readonly folder: string;
  readonly provider: InventoryProvider;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  /** E.g. `0.1.0`. */
  readonly clientVersion: string;
  /** Shown at the authority until the first inventory arrives; default: the host name. */
  readonly deviceName?: string;
  /** Kinds beside, or in place of, the built-in ones. */
  readonly actionHandlers?: Readonly<Record<string, ActionHandler>>;
  /** Most bytes of reports kept while the authority cannot be reached; default 1 MiB. */
  readonly queueLimitBytes?: number;
  /** PATH in which programs of the machine are looked for; default: that of the process. */
  readonly programPath?: string;
  /** A file whose text changes with every start of the machine; default: the kernel's. */
  readonly bootIdFile?: string;
  /** Folders with the client's own logs, for diagnostics; default: none. */
  readonly logFolders?: readonly string[];
  /** Called when an inventory cycle has ended: a long quiet follows, and memory may be given back. */
  readonly cycleEnded?: () => void;
}

/** An agent: one device's end of the agent protocol. @spec docs/protocols/agent.md */
export interface Agent extends AsyncDisposable {
  /**
   * Begins to work and resolves once the identity is read and its work has started; not enrolled, it waits
   * for `enrol`. Aborting the signal stops it, as disposing does.
   * @throws `agent.folder_in_use`, `agent.identity_damaged`
   */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Enrols with the text of an invitation, before or after `start`. Safe to repeat with the same text after
   * any interruption. A device that is enrolled already is left as it is; one that its authority has refused
   * is enrolled anew.
   * @throws `agent.token_malformed`, `agent.already_enrolled`, `agent.folder_in_use`, `pki.root_mismatch`,
   * `agent.unreachable`, `agent.rejected` and `agent.refused` with the authority's own text
   */
  enrol(
    invitationText: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ readonly deviceId: string; readonly authorityName: string }>;
  status(): AgentStatus;
  /** Puts off the restart that counts down. @throws `agent.no_restart_pending`, `agent.restart_not_postponable` */
  postponeRestart(minutes: number): Promise<PendingRestart>;
}

const QUEUE_LIMIT_BYTES = 1024 * 1024;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Builds an agent; nothing is touched before `start` or `enrol`. Any number may live in one process. */
export function createAgent(deps: AgentDeps): Agent {
  const { clock, logger } = deps;
  const deviceName = deps.deviceName ?? hostname();
  const store = createIdentityStore(deps.folder);
  const serverTime = createServerTime(clock);
  const warnings = createWarnings(clock);
  const stopping = new AbortController();
  let lock: Disposable | undefined;
  let identity: Identity | undefined;
  let session: DeviceSession | undefined;
  let isStarted = false;
  let connection: AgentStatus['connection'] = {
    state: 'stopped',
    since: rfc3339(clock.now()),
    reason: 'The agent is not started.',
  };
  // Starting, enrolling and stopping change the same things: one at a time.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };

  const connectionChanged = (state: ConnectionState, reason: string): void => {
    if (connection.state !== state) logger.info({ state, reason }, 'connection changed');
    const since = connection.state === state ? connection.since : rfc3339(clock.now());
    connection = { state, since, reason };
  };
  const open = async (): Promise<void> => {
    stopping.signal.throwIfAborted();
    if (!lock) {
      await mkdir(deps.folder, { recursive: true, mode: 0o700 });
      lock = await lockFolder(deps.folder, 'agent.lock');
      if (!lock) throw agentErrors.folderInUse({ folder: deps.folder });
      await openFolder(deps.folder);
    }
    identity ??= await store.read();
  };
  const startSession = async (): Promise<void> => {
    if (!isStarted || session) return;
    if (!identity) {
      connectionChanged('notEnrolled', 'The device is not enrolled: an enrolment token is needed.');
      return;
    }
    session = await startDeviceSession(
      {
        ...deps,
        actionHandlers: deps.actionHandlers ?? {},
        cycleEnded: deps.cycleEnded ?? (() => {}),
        queueLimitBytes: deps.queueLimitBytes ?? QUEUE_LIMIT_BYTES,
        store,
        serverTime,
        warnings,
        connectionChanged,
        programPath: deps.programPath ?? process.env.PATH ?? '',
        bootIdFile: deps.bootIdFile ?? BOOT_ID,
        logFolders: deps.logFolders ?? [],
        status: () => agent.status(),
      },
      identity,
    );
  };
  const stopSession = async (): Promise<void> => {
    identity = session?.identity ?? identity;
    await session?.[Symbol.asyncDispose]();
    session = undefined;
  };
  const stop = (): Promise<void> => {
    stopping.abort();
    return inTurn(async () => {
      await stopSession();
      lock?.[Symbol.dispose]();
      lock = undefined;
    });
  };

  const agent: Agent = {
    async postponeRestart(minutes) {
      if (!session) throw agentErrors.noRestartPending();
      return session.restarts.postpone(minutes);
    },
    start: (signal) =>
      inTurn(async () => {
        signal.throwIfAborted();
        signal.addEventListener('abort', () => void stop(), { once: true });
        await open();
        isStarted = true;
        await startSession();
      }),
    enrol: (text, options = {}) =>
      inTurn(async () => {
        await open();
        if (session?.identity.refused) await stopSession();
        const signal = options.signal
          ? AbortSignal.any([stopping.signal, options.signal])
          : stopping.signal;
        try {
          identity = await enrolDevice({ ...deps, deviceName, store, serverTime }, text, {
            signal,
          });
        } finally {
          await startSession();
        }
        return { deviceId: identity.deviceId, authorityName: identity.authorityName };
      }),
    status() {
      const known = session?.identity ?? identity;
      return {
        clientVersion: deps.clientVersion,
        deviceName,
        deviceId: known?.deviceId ?? null,
        authority: known ? { name: known.authorityName, url: known.url } : null,
        certificateRenewAfter: known?.current.renewAfter ?? null,
        connection,
        lastSyncAt: session?.lastSyncAt ?? null,
        lastInventoryAt: session?.lastInventoryAt ?? null,
        reports: session?.reports ?? { pending: 0, dropped: 0 },
        settings: session?.settings ?? DEFAULT_CLIENT_SETTINGS,
        warnings: warnings.list(),
        restart: session?.restarts.pending() ?? null,
      };
    },
    [Symbol.asyncDispose]: stop,
  };
  return agent;
}
