import { readFile } from 'node:fs/promises';
import { readIfPresent, removeDurably, writeDurably } from '@moorline/files';
import { type Clock, type Logger, rfc3339 } from '@moorline/kernel';
import type { ActionResult } from '@moorline/model';
import { agentErrors } from '../errors.ts';
import { type ActionHandler, failedResult } from './action-handler.ts';
import type { Programs } from './run-program.ts';

/** How a restart is to go: what the client settings say. */
export interface RestartPolicy {
  readonly countdownMinutes: number;
  /** How long all postponements together may put it off; 0: not at all. */
  readonly postponeMinutes: number;
}

/** A restart that counts down. */
export interface PendingRestart {
  /** RFC 3339: when it happens. */
  readonly at: string;
  /** RFC 3339: until when it may be postponed at most. */
  readonly postponableUntil: string;
}

/** The action `restart`, and what whoever is signed in may do about it. */
export interface Restarts {
  readonly handler: ActionHandler;
  pending(): PendingRestart | null;
  /** @throws `agent.no_restart_pending`, `agent.restart_not_postponable` */
  postpone(minutes: number): Promise<PendingRestart>;
}

export interface RestartDeps {
  /** Where it is kept over the restart. */
  readonly path: string;
  readonly programs: Programs;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Changes with every start of the machine. */
  readonly bootIdFile: string;
  policy(): RestartPolicy;
}

interface StoredRestart {
  readonly actionId: string;
  readonly phase: 'countdown' | 'issued';
  readonly at: number;
  readonly postponableUntil: number;
  readonly bootId: string;
}

const MINUTE_MS = 60_000;
/** A machine that is told to restart has gone by then. */
const GONE_WITHIN_MS = 10 * MINUTE_MS;
const NO_PROGRAM =
  'This device has no program that restarts it: there is no shutdown and no systemctl in the PATH of the client.';
const NO_BOOT_ID = 'This device does not say when it was started anew, so the client cannot know.';

export function createRestarts(deps: RestartDeps): Restarts {
  const { clock, logger, programs } = deps;
  let counting: StoredRestart | undefined;
  let moved = new AbortController();

  const command = async (): Promise<readonly [string, readonly string[]] | null> => {
    const shutdown = await programs.find('shutdown');
    if (shutdown) return [shutdown, ['-r', 'now']];
    const systemctl = await programs.find('systemctl');
    return systemctl === null ? null : [systemctl, ['reboot']];
  };
  const bootId = async (): Promise<string | null> =>
    readFile(deps.bootIdFile, 'utf8').then(
      (text) => text.trim() || null,
      () => null,
    );
  const keep = (restart: StoredRestart): Promise<void> =>
    writeDurably(deps.path, JSON.stringify(restart));
  const stored = async (): Promise<StoredRestart | undefined> => {
    const text = await readIfPresent(deps.path);
    return text === undefined ? undefined : readStored(text);
  };
  const announce = async (restart: StoredRestart): Promise<void> => {
    const wall = await programs.find('wall');
    if (!wall) return;
    const text = `This computer restarts at ${rfc3339(restart.at)}. Save your work; until ${rfc3339(restart.postponableUntil)} it can be put off with moorline-agent postpone-restart, or by whoever manages it.`;
    await programs
      .run(wall, [text], { signal: AbortSignal.timeout(10_000) })
      .catch((error: unknown) => logger.warn({ err: error }, 'restart could not be announced'));
  };

  const countDown = async (restart: StoredRestart, signal: AbortSignal): Promise<StoredRestart> => {
    counting = restart;
    try {
      while (counting.at > clock.now()) {
        moved = new AbortController();
        const either = AbortSignal.any([signal, moved.signal]);
        await clock.sleep(counting.at - clock.now(), { signal: either }).catch(() => {});
        signal.throwIfAborted();
      }
      return counting;
    } finally {
      counting = undefined;
    }
  };
  const issue = async (restart: StoredRestart, signal: AbortSignal): Promise<ActionResult> => {
    const found = await command();
    if (!found) return failedResult('notSupported', NO_PROGRAM);
    // From here on it may have happened: on the disk before it is told to.
    await keep({ ...restart, phase: 'issued' });
    const [file, args] = found;
    const end = await programs.run(file, args, { signal });
    if (end.exitCode !== 0) {
      const line = end.errors.trim().split('\n')[0] || 'it did not say why';
      return failedResult('failed', `The device refused to restart: ${line}`);
    }
    return gone(signal);
  };
  const gone = async (signal: AbortSignal): Promise<ActionResult> => {
    await clock.sleep(GONE_WITHIN_MS, { signal });
    const text =
      'The device was told to restart, and had not done so 10 min later. Something on it holds the restart up; look at its log.';
    return failedResult('failed', text);
  };

  const run = async (actionId: string, signal: AbortSignal): Promise<ActionResult> => {
    const known = await stored();
    const boot = await bootId();
    if (boot === null) return failedResult('notSupported', NO_BOOT_ID);
    if (known?.actionId === actionId && known.bootId !== boot) {
      const message = `The device has restarted; it was up again at ${rfc3339(clock.now())}.`;
      return { errorCode: 0, message, details: { requestedFor: rfc3339(known.at) } };
    }
    if (known?.actionId === actionId && known.phase === 'issued') return gone(signal);
    const { countdownMinutes, postponeMinutes } = deps.policy();
    const at = clock.now() + countdownMinutes * MINUTE_MS;
    const restart: StoredRestart =
      known?.actionId === actionId
        ? known
        : {
            actionId,
            phase: 'countdown',
            at,
            postponableUntil: at + postponeMinutes * MINUTE_MS,
            bootId: boot,
          };
    await keep(restart);
    if (restart.at > clock.now()) await announce(restart);
    return issue(await countDown(restart, signal), signal);
  };

  return {
    handler: {
      isRepeatable: true,
      isEndable: true,
      lane: 'restart',
      async unsupported() {
        if (!(await command())) return NO_PROGRAM;
        return (await bootId()) === null ? NO_BOOT_ID : null;
      },
      async run({ id }, { signal }) {
        const result = await run(id, signal);
        await removeDurably(deps.path);
        return result;
      },
    },
    pending: () => (counting ? pendingOf(counting) : null),
    async postpone(minutes) {
      const present = counting;
      if (!present) throw agentErrors.noRestartPending();
      const at = present.at + minutes * MINUTE_MS;
      if (minutes <= 0 || at > present.postponableUntil) {
        const until = rfc3339(present.postponableUntil);
        throw agentErrors.restartNotPostponable({ at: rfc3339(present.at), until });
      }
      const later = { ...present, at };
      counting = later;
      await keep(later);
      logger.info({ at: rfc3339(at) }, 'restart postponed');
      moved.abort();
      return pendingOf(later);
    },
  };
}

function pendingOf({ at, postponableUntil }: StoredRestart): PendingRestart {
  return { at: rfc3339(at), postponableUntil: rfc3339(postponableUntil) };
}

function readStored(text: string): StoredRestart | undefined {
  try {
    const value: Partial<StoredRestart> | null = JSON.parse(text);
    const { actionId, phase, at, postponableUntil, bootId } = value ?? {};
    const isWhole =
      typeof actionId === 'string' &&
      (phase === 'countdown' || phase === 'issued') &&
      typeof at === 'number' &&
      typeof postponableUntil === 'number' &&
      typeof bootId === 'string';
    return isWhole ? { actionId, phase, at, postponableUntil, bootId } : undefined;
  } catch {
    // A damaged file is as if absent: the countdown begins anew.
    return undefined;
  }
}
