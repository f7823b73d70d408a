import { join } from 'node:path';
import {
  ActionsAnswer,
  AGENT_PATHS,
  accepts,
  type ClientSettings,
} from '@moorline/contracts/agent';
import {
  type BackoffPolicy,
  type Clock,
  createTaskGroup,
  type Entropy,
  type Logger,
  type MoorlineError,
  rfc3339,
} from '@moorline/kernel';
import type { InventoryProvider } from '@moorline/model/ports';
import type { ActionHandler } from './actions/action-handler.ts';
import { scan, updateSignatures } from './actions/antivirus.ts';
import { collectDiagnostics } from './actions/diagnostics.ts';
import { createExecutor } from './actions/executor.ts';
import { openActionJournal } from './actions/journal.ts';
import { appEvaluation, collectInventory, refreshUserPolicy } from './actions/policy-actions.ts';
import { refreshMachinePolicy } from './actions/refresh-machine-policy.ts';
import { createReporter } from './actions/reporter.ts';
import { createRestarts, type Restarts } from './actions/restart.ts';
import { createPrograms } from './actions/run-program.ts';
import { withToldActions } from './actions/told-actions.ts';
import { wakeUp } from './actions/wake-up.ts';
import { createHeldIdentity } from './enrol/held-identity.ts';
import { agentErrors } from './errors.ts';
import { createConnection } from './link/connection.ts';
import type { ServerTime } from './link/server-time.ts';
import { openTlsSessions } from './link/tls-sessions.ts';
import { collectedClasses, createInventoryCycle } from './reconcile/inventory-cycle.ts';
import { openPolicy } from './reconcile/policy.ts';
import { createSchedule } from './reconcile/schedule.ts';
import { createWorkLoop } from './reconcile/work-loop.ts';
import type { AgentStatus, ConnectionState, Warnings } from './status.ts';
import { openAcknowledgedDocuments } from './store/acknowledged-documents.ts';
import { openDurableQueue } from './store/durable-queue.ts';
import type { Identity, IdentityStore } from './store/identity-store.ts';
import { openFolder } from './store/open-folder.ts';

export interface DeviceSessionDeps {
  readonly folder: string;
  readonly store: IdentityStore;
  readonly provider: InventoryProvider;
  readonly actionHandlers: Readonly<Record<string, ActionHandler>>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly serverTime: ServerTime;
  readonly warnings: Warnings;
  readonly clientVersion: string;
  readonly logger: Logger;
  readonly queueLimitBytes: number;
  connectionChanged(state: ConnectionState, reason: string): void;
  cycleEnded(): void;
  /** PATH in which programs of the machine are looked for. */
  readonly programPath: string;
  /** Changes with every start of the machine. */
  readonly bootIdFile: string;
  /** Folders with the client's own logs. */
  readonly logFolders: readonly string[];
  /** The agent as it stands, for diagnostics. */
  status(): AgentStatus;
}

/** The work of one identity: everything that an enrolled agent does, until it is stopped. */
export interface DeviceSession extends AsyncDisposable {
  readonly identity: Identity;
  readonly settings: ClientSettings;
  readonly lastSyncAt: string | null;
  readonly lastInventoryAt: string | null;
  readonly reports: { readonly pending: number; readonly dropped: number };
  readonly restarts: Pick<Restarts, 'pending' | 'postpone'>;
}

const SYNC_BACKOFF: BackoffPolicy = { firstMs: 1_000, maxMs: 5 * 60_000 };
// A cycle collects anew each time that it is tried.
const INVENTORY_BACKOFF: BackoffPolicy = { firstMs: 30_000, maxMs: 15 * 60_000 };
const MINUTE_MS = 60_000;

/** Opens the identity's files and starts its work. State is kept per device id: a new identity begins anew. */
export async function startDeviceSession(
  deps: DeviceSessionDeps,
  initial: Identity,
): Promise<DeviceSession> {
  const { clock, entropy, logger, serverTime, store, warnings } = deps;
  const provider = withToldActions(deps.provider, () => handlers);
  const folder = join(deps.folder, 'devices', initial.deviceId);
  await openFolder(folder);
  await using opened = new AsyncDisposableStack();
  const journal = opened.use(await openActionJournal(join(folder, 'actions.journal'), clock));
  const queue = opened.use(
    await openDurableQueue(join(folder, 'reports.queue'), { limitBytes: deps.queueLimitBytes }),
  );
  const sessions = opened.use(await openTlsSessions(join(folder, 'tls-session.json')));
  const acknowledged = await openAcknowledgedDocuments(join(folder, 'inventory'));
  const policy = await openPolicy(folder, {
    changed: ({ problem }) => {
      warnings.set('agent.settings_invalid', problem);
      pollSchedule.restart();
      inventorySchedule.restart();
    },
  });
  warnings.set('agent.settings_invalid', policy.applied.problem);
  const reporter = createReporter({ queue, journal, logger });
  const cycle = createInventoryCycle({ provider, acknowledged, clock, logger });
  const state = {
    lastSyncAt: null as string | null,
    lastInventoryAt: null as string | null,
    isConnected: false,
    // The first cycle comes with the first contact.
    isInventoryDue: true,
    /** Also what is collected once a day. */
    isEverythingDue: false,
  };

  const identity = createHeldIdentity(
    { store, clock, entropy, serverTime, warnings, logger, connection: () => connection },
    initial,
  );
  const inContact = (): void => {
    const skewMinutes = Math.round(serverTime.skewMs / MINUTE_MS);
    warnings.set(
      'agent.clock_wrong',
      skewMinutes === 0
        ? null
        : `The clock of this device is ${Math.abs(skewMinutes)} min ${skewMinutes > 0 ? 'behind' : 'ahead of'} the authority's. Set the clock; certificates and expiry times depend on it.`,
    );
    warnings.clear('agent.link_problem');
    if (state.isInventoryDue) startInventory();
  };
  const startInventory = (): void => {
    // Taken back when the cycle fails: a contact during the cycle must not ask for one more.
    state.isInventoryDue = false;
    inventory.want(state.isEverythingDue ? 'everything' : 'cycle');
    state.isEverythingDue = false;
  };
  const linkFailed = (error: MoorlineError): void => {
    warnings.raise('agent.link_problem', error.message);
    // The channel finds out the same, and knows how to wait.
    if (error.code === agentErrors.refused.spec.code) connection.reopen();
  };
  const loopParts = { clock, entropy, logger, failed: linkFailed };

  const sync = createWorkLoop<'poll' | 'desired' | 'actions'>({
    ...loopParts,
    name: 'sync',
    backoff: SYNC_BACKOFF,
    async work(wanted, signal) {
      let areActionsWanted = wanted.has('actions');
      if (wanted.has('poll') || wanted.has('desired')) {
        const round = await policy.refresh(connection.client, { signal });
        state.lastSyncAt = rfc3339(clock.now());
        areActionsWanted ||= round.actionsWaiting ?? wanted.has('poll');
      }
      if (areActionsWanted) await takeActions(signal);
      inContact();
    },
  });
  const takeActions = async (signal: AbortSignal): Promise<void> => {
    const { client } = connection;
    const { body } = await client.send({ method: 'GET', path: AGENT_PATHS.actions, signal });
    if (!accepts(ActionsAnswer, body)) {
      throw agentErrors.answerMalformed({
        url: client.url,
        method: 'GET',
        path: AGENT_PATHS.actions,
      });
    }
    await executor.cancel(body.cancelled ?? []);
    await executor.accept(body.actions);
  };
  const reports = createWorkLoop<'flush'>({
    ...loopParts,
    name: 'reports',
    backoff: SYNC_BACKOFF,
    async work(_wanted, signal) {
      await reporter.flush(connection.client, { signal });
      inContact();
    },
  });
  const inventory = createWorkLoop<'cycle' | 'everything' | `class:${string}`>({
    ...loopParts,
    name: 'inventory',
    backoff: INVENTORY_BACKOFF,
    async work(wanted, signal) {
      const disabled = policy.applied.settings.disabledClasses;
      const asked = [...wanted].flatMap((each) => (each.startsWith('class:') ? each.slice(6) : []));
      if (asked.length > 0) await cycle.answer(connection.client, asked, disabled, { signal });
      const isFull = wanted.has('everything');
      if (!isFull && !wanted.has('cycle')) return;
      const { problems } = await cycle
        .run(connection.client, disabled, { signal, isFull })
        .catch((error: unknown) => {
          state.isInventoryDue = true;
          throw error;
        });
      state.lastInventoryAt = rfc3339(clock.now());
      const texts = [...problems].map(([className, text]) => `${className}: ${text}`);
      warnings.set('agent.inventory_problem', texts.length > 0 ? texts.join(' ') : null);
      deps.cycleEnded();
    },
  });
  const pollSchedule = createSchedule({
    clock,
    entropy,
    periodMs: () => policy.applied.settings.policyPollMinutes * MINUTE_MS,
    due: () => sync.want('poll'),
  });
  const inventorySchedule = createSchedule({
    clock,
    entropy,
    periodMs: () => policy.applied.settings.inventoryMinutes * MINUTE_MS,
    due: () => {
      state.isInventoryDue = true;
      if (state.isConnected) startInventory();
    },
  });
  const programs = createPrograms(deps.programPath);
  const restarts = createRestarts({
    path: join(folder, 'restart.json'),
    programs,
    clock,
    logger,
    bootIdFile: deps.bootIdFile,
    policy: () => ({
      countdownMinutes: policy.applied.settings.restartCountdownMinutes ?? 15,
      postponeMinutes: policy.applied.settings.restartPostponeMinutes ?? 240,
    }),
  });
  const refreshPolicy = (signal: AbortSignal): ReturnType<typeof policy.refresh> =>
    policy.refresh(connection.client, { signal });
  const inventorySoon = (): number => {
    // Begins when the action's end is reported: collecting must not hold that up.
    state.isInventoryDue = true;
    return collectedClasses(provider, policy.applied.settings.disabledClasses).length;
  };
  const everythingSoon = (): number => {
    state.isEverythingDue = true;
    return inventorySoon();
  };
  const handlers: ReadonlyMap<string, ActionHandler> = new Map(
    Object.entries({
      refreshMachinePolicy: refreshMachinePolicy({
        clock,
        entropy,
        refreshPolicy,
        startInventory: inventorySoon,
      }),
      refreshUserPolicy: refreshUserPolicy(refreshPolicy),
      appEvaluation: appEvaluation(refreshPolicy),
      collectInventory: collectInventory(everythingSoon),
      wakeUpClient: wakeUp(),
      quickScan: scan(programs, 'quick'),
      fullScan: scan(programs, 'full'),
      windowsDefenderUpdateSignatures: updateSignatures(programs),
      restart: restarts.handler,
      collectDiagnostics: collectDiagnostics({
        folder,
        logFolders: deps.logFolders,
        provider,
        journal,
        clock,
        entropy,
        client: () => connection.client,
        status: deps.status,
      }),
      ...deps.actionHandlers,
    }),
  );
  const executor = createExecutor({
    journal,
    serverTime,
    clock,
    logger,
    clientVersion: deps.clientVersion,
    handlers,
    async report(report) {
      await reporter.push(report);
      reports.want('flush');
    },
  });

  const connection = createConnection(
    {
      clientVersion: deps.clientVersion,
      clock,
      entropy,
      serverTime,
      sessions,
      cursor: () => policy.cursor,
      opened(willNudge) {
        // After a loss the authority nudges for what was missed, and the poll keeps its time.
        if (willNudge && state.lastSyncAt !== null) inContact();
        else sync.want('poll');
        if (queue.size > 0) reports.want('flush');
        tasks.run('identity worked', () => identity.accepted());
      },
      nudged(nudge) {
        if (nudge.desired) sync.want('desired');
        if (nudge.actions) sync.want('actions');
        inventory.want(...nudge.inventory.map((name) => `class:${name}` as const));
      },
      turnedDown: (end) => identity.turnedDown(end),
      changed(to, reason) {
        state.isConnected = to === 'connected';
        warnings.set('agent.identity_in_use', to === 'replaced' ? IDENTITY_IN_USE : null);
        deps.connectionChanged(to, reason);
      },
    },
    initial,
  );
  opened.use(connection);

  const tasks = opened.use(createTaskGroup('agent', logger));
  tasks.run('channel', (signal) => connection.run(signal));
  tasks.run('sync', (signal) => sync.run(signal));
  tasks.run('reports', (signal) => reports.run(signal));
  tasks.run('inventory', (signal) => inventory.run(signal));
  tasks.run('poll schedule', (signal) => pollSchedule.run(signal));
  tasks.run('inventory schedule', (signal) => inventorySchedule.run(signal));
  tasks.run('actions', (signal) => executor.run(signal));
  tasks.run('renewal', (signal) => identity.renewWhenDue(signal));
  const owned = opened.move();
  return {
    get identity() {
      return identity.current;
    },
    get settings() {
      return policy.applied.settings;
    },
    get lastSyncAt() {
      return state.lastSyncAt;
    },
    get lastInventoryAt() {
      return state.lastInventoryAt;
    },
    get reports() {
      return { pending: queue.size, dropped: queue.dropped };
    },
    restarts,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const IDENTITY_IN_USE =
  'Another process uses the identity of this device: its data folder was copied, or a second agent runs. Stop one of them; a copied device must enrol on its own.';
