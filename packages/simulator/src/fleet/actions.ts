import {
  type ActionReportWire,
  ActionsAnswer,
  AGENT_LIMITS,
  AGENT_PATHS,
  accepts,
} from '@moorline/contracts/agent';
import { rfc3339 } from '@moorline/kernel';
import { type ActionResult, ENDABLE_KINDS } from '@moorline/model';
import { simulatorErrors } from '../errors.ts';
import type { IdentityStore } from '../identity/identity-store.ts';
import type { RawAnswer } from '../link/answer-parser.ts';
import { type HttpCall, SIMULATOR_VERSION } from '../link/http-connection.ts';
import { codeOf, jsonOf, refusalOf } from '../link/problem.ts';
import type { Population } from '../population.ts';
import type { SimulatedDevice, WaitingAction } from './simulated-device.ts';
import { type Counters, countError } from './stats.ts';

/** What a handler may do on its device. */
export interface ActionContext {
  readonly index: number;
  readonly action: WaitingAction;
  /** Fetches the desired state: how many documents there are, how many of them changed. */
  refreshPolicy(): Promise<{ readonly documents: number; readonly changed: number }>;
  /** An inventory follows the action's end; answers how many classes it will look at. */
  startInventory(): number;
}

/** Answers one kind of action from the device's state. What it throws is tried again later. */
export type SimulatedActionHandler = (context: ActionContext) => Promise<ActionResult>;

/** When something happened to an action on a device: ms since 1970, with fractions. */
export interface ActionEvent {
  readonly index: number;
  readonly deviceId: string;
  readonly actionId: string;
  /** `received`: the device knows of it; `reported`: the authority has taken the report of its end. */
  readonly stage: 'received' | 'reported';
  readonly at: number;
}

/** Kinds that a simulated device knows; others are reported as failed, as an agent does that does not know them. */
export const ACTION_HANDLERS: Readonly<Record<string, SimulatedActionHandler>> = {
  async refreshMachinePolicy({ refreshPolicy, startInventory }) {
    const { documents, changed } = await refreshPolicy();
    const classes = startInventory();
    const noun = documents === 1 ? 'document' : 'documents';
    return {
      errorCode: 0,
      message: `Policy is current: ${documents} ${noun}, ${changed} changed. An inventory of ${classes} classes has started.`,
      details: { documents, changed, classes, inventory: 'started' },
    };
  },
  async refreshUserPolicy({ refreshPolicy }) {
    const { documents, changed } = await refreshPolicy();
    return succeeded('Policy is current; none of it is for single users.', { documents, changed });
  },
  async appEvaluation({ refreshPolicy }) {
    const { documents, changed } = await refreshPolicy();
    const message = 'No applications are deployed to this device: there was nothing to evaluate.';
    return succeeded(message, { documents, changed, applications: 0 });
  },
  collectInventory({ startInventory }) {
    const classes = startInventory();
    return Promise.resolve(
      succeeded(`An inventory of ${classes} classes has started.`, {
        classes,
        inventory: 'started',
      }),
    );
  },
  quickScan: () => Promise.resolve(succeeded('Quick scan by ClamAV: nothing was found.', CLEAN)),
  fullScan: () => Promise.resolve(succeeded('Full scan by ClamAV: nothing was found.', CLEAN)),
  windowsDefenderUpdateSignatures: () =>
    Promise.resolve(succeeded('The signatures are up to date.', {})),
  wakeUpClient({ action }) {
    const { macAddresses = '', broadcastAddress = '' } = action.parameters ?? {};
    const message = `Sent wake-up packets for ${macAddresses} to ${broadcastAddress}.`;
    return Promise.resolve(succeeded(message, {}));
  },
  restart: () => Promise.resolve(succeeded('The device has restarted.', {})),
};

const CLEAN = { scanner: 'clamscan', infectedFiles: 0 };

function succeeded(message: string, details: ActionResult['details']): ActionResult {
  return { errorCode: 0, message, details };
}

// The agent's own codes.
const NOT_SUPPORTED = 2;
const EXPIRED = 4;
const CANCELLED = 5;

export interface Actions {
  /** Takes on what waits for the device. */
  take(device: SimulatedDevice, send: (call: HttpCall) => Promise<RawAnswer>): Promise<void>;
  /** Carries out what the device has thought about long enough. */
  finish(device: SimulatedDevice): Promise<void>;
  /** Sends the reports that the authority has not taken yet. */
  flush(device: SimulatedDevice, send: (call: HttpCall) => Promise<RawAnswer>): Promise<void>;
}

export function createActions(deps: {
  readonly population: Population;
  readonly store: IdentityStore;
  readonly counters: Counters;
  readonly handlers: Readonly<Record<string, SimulatedActionHandler>>;
  readonly onAction: ((event: ActionEvent) => void) | undefined;
  /** True time, and the device's own. */
  now(): number;
  nowOf(device: SimulatedDevice): number;
  isDuplicated(device: SimulatedDevice): boolean;
  refreshPolicy(device: SimulatedDevice): ReturnType<ActionContext['refreshPolicy']>;
  startInventory(device: SimulatedDevice): number;
}): Actions {
  const { population, store, counters, handlers } = deps;

  const tell = (device: SimulatedDevice, actionId: string, stage: ActionEvent['stage']): void =>
    deps.onAction?.({
      index: device.index,
      deviceId: device.identity?.deviceId ?? '',
      actionId,
      stage,
      at: performance.timeOrigin + performance.now(),
    });
  const report = (
    device: SimulatedDevice,
    action: WaitingAction,
    state: ActionReportWire['state'],
    result: ActionResult | null,
  ): void => {
    const at = rfc3339(deps.nowOf(device));
    const wire: ActionReportWire = {
      id: action.id,
      state,
      at,
      result: result && { ...result, details: { ...result.details } },
    };
    store.noteReport(wire);
    device.reports ??= [];
    device.reports.push(wire);
  };
  const end = (device: SimulatedDevice, action: WaitingAction, result: ActionResult): void => {
    if (result.errorCode === 0) counters.succeeded += 1;
    else counters.failed += 1;
    report(device, action, result.errorCode === 0 ? 'succeeded' : 'failed', result);
  };
  const begin = (device: SimulatedDevice, action: WaitingAction): void => {
    counters.received += 1;
    tell(device, action.id, 'received');
    if (deps.nowOf(device) + device.skewMs > Date.parse(action.expiresAt)) {
      const message = `The action had expired at ${action.expiresAt} when it reached the device, so it was not run. Request it again.`;
      end(device, action, { errorCode: EXPIRED, message, details: { code: 'expired' } });
      return;
    }
    report(device, action, 'deliveredToDevice', null);
    if (!Object.hasOwn(handlers, action.kind)) {
      const message = `This client (version ${SIMULATOR_VERSION}) does not know the action ${action.kind.slice(0, 64)}. Update the client, then request the action again.`;
      end(device, action, { errorCode: NOT_SUPPORTED, message, details: { code: 'notSupported' } });
      return;
    }
    report(device, action, 'running', null);
    const { thinkMs } = population.fateOf(device.index, action.id, action.kind);
    device.thinking ??= [];
    device.thinking.push({ action, doneAt: deps.now() + thinkMs });
  };

  /** Ends what has not ended, as far as its kind can be ended; an id that is not known never runs. */
  const cancel = (device: SimulatedDevice, id: string): void => {
    const seen = store.report(id);
    const busy = device.thinking?.find((other) => other.action.id === id);
    const isEndable = busy !== undefined && ENDABLE_KINDS.some((kind) => kind === busy.action.kind);
    if (seen && !isEndable) {
      if (device.reports?.some((waiting) => waiting.id === id)) return;
      device.reports ??= [];
      device.reports.push(seen);
      return;
    }
    const left = device.thinking?.filter((other) => other !== busy) ?? [];
    device.thinking = left.length > 0 ? left : null;
    const action = busy?.action ?? { id, kind: 'unknown', expiresAt: '' };
    const message = busy
      ? 'Ended on the device while it ran.'
      : 'Cancelled before it reached the device.';
    report(device, action, 'cancelled', { errorCode: CANCELLED, message, details: {} });
  };

  return {
    async take(device, send) {
      const answer = await send({ method: 'GET', path: AGENT_PATHS.actions });
      if (answer.status !== 200) throw refusalOf(answer, AGENT_PATHS.actions, deps.now());
      const body = jsonOf(answer);
      if (!accepts(ActionsAnswer, body)) {
        throw simulatorErrors.answerMalformed({ path: AGENT_PATHS.actions });
      }
      for (const id of body.cancelled ?? []) cancel(device, id);
      for (const action of body.actions) {
        const seen = store.report(action.id);
        const isThinking = device.thinking?.some((other) => other.action.id === action.id);
        if (!seen) begin(device, action);
        else if (!isThinking && seen.state === 'running') {
          // The process ended meanwhile; what this device does may be done again.
          device.thinking ??= [];
          device.thinking.push({ action, doneAt: deps.now() });
        } else if (!device.reports?.some(({ id }) => id === action.id)) {
          device.reports ??= [];
          device.reports.push(seen);
        }
      }
    },
    async finish(device) {
      for (;;) {
        const done = device.thinking?.find(({ doneAt }) => doneAt <= deps.now());
        if (!done) return;
        const { action } = done;
        const { failure } = population.fateOf(device.index, action.id, action.kind);
        const handler = handlers[action.kind];
        if (failure || !handler) {
          const { errorCode, message } = failure ?? { errorCode: 1, message: 'The action failed.' };
          end(device, action, { errorCode, message, details: { code: 'failed' } });
        } else {
          const result = await handler({
            index: device.index,
            action,
            refreshPolicy: () => deps.refreshPolicy(device),
            startInventory: () => deps.startInventory(device),
          });
          end(device, action, result);
        }
        const left = device.thinking?.filter((other) => other !== done) ?? [];
        device.thinking = left.length > 0 ? left : null;
      }
    },
    async flush(device, send) {
      while (device.reports) {
        const reports = device.reports.slice(0, AGENT_LIMITS.reportsPerRequest);
        const body = Buffer.from(JSON.stringify({ reports }));
        const call: HttpCall = { method: 'POST', path: AGENT_PATHS.reports, body };
        const answer = await send(call);
        if (answer.status !== 204) {
          const refusal = refusalOf(answer, AGENT_PATHS.reports, deps.now());
          // Reports that the authority will never take must not stand in the way of the others.
          if (answer.status !== 400 && answer.status !== 404) throw refusal;
          countError(counters, codeOf(refusal));
        } else if (deps.isDuplicated(device)) await send(call);
        for (const { id, state } of reports) {
          if (state !== 'succeeded' && state !== 'failed') continue;
          tell(device, id, 'reported');
        }
        const left = device.reports.slice(reports.length);
        device.reports = left.length > 0 ? left : null;
      }
    },
  };
}
