import { createTaskGroup, silentLogger } from '@moorline/kernel';
import type { ActionEvent } from '../fleet/actions.ts';
import type { DocumentForm } from '../fleet/documents.ts';
import { createFleet, type Fleet } from '../fleet/fleet.ts';
import type { FleetStats } from '../fleet/stats.ts';
import { readProfile } from '../profile/read-profile.ts';
import type { FleetProcessOptions } from './options.ts';

/** What a fleet process says when its fleet is open. */
export interface FleetReady {
  readonly devices: number;
  readonly enrolled: number;
}

/** Counters, and what the process takes of the machine. */
export interface ProcessStats extends FleetStats {
  readonly memoryBytes: number;
  /** Of processor time, since its start. */
  readonly cpuMs: number;
}

/** What may be asked of a fleet process, by method: parameters and answer. */
export interface FleetMethods {
  enrol: {
    params: { invitation: string; rate?: number; concurrency?: number; live?: boolean };
    result: FleetReady;
  };
  /** Answers when every device that is switched on has its channel open. */
  connect: { params: { rate?: number }; result: ProcessStats };
  /** Enrols no more; answers when no enrolment is under way. */
  halt: { params: Record<string, never>; result: null };
  stats: { params: Record<string, never>; result: ProcessStats };
  poll: { params: { index: number }; result: null };
  changeDocument: {
    params: { index: number; className?: string; form?: DocumentForm };
    result: { bytes: number };
  };
  cut: { params: { index?: number }; result: null };
  deviceIds: { params: Record<string, never>; result: readonly (string | null)[] };
}

export type FleetMessage =
  | { readonly type: 'ready'; readonly info: FleetReady }
  | { readonly type: 'progress'; readonly step: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'action'; readonly event: ActionEvent }
  | {
      readonly type: 'response';
      readonly id: number;
      readonly result?: unknown;
      readonly error?: string;
    };

const PROGRESS_MS = 250;

/** Opens the fleet and answers its parent until `signal`. */
export async function serveFleet(
  options: FleetProcessOptions,
  channel: {
    send(message: FleetMessage): void;
    onRequest(listener: (id: number, method: string, params: unknown) => void): void;
  },
  signal: AbortSignal,
): Promise<void> {
  const declared = await readProfile(options.profile);
  const profile = options.alwaysOnline
    ? { ...declared, hours: { ...declared.hours, presence: 'always' as const } }
    : declared;
  await using fleet = await createFleet({
    devices: options.devices,
    profile,
    folder: options.folder,
    localAddress: options.localAddress,
    ...(options.first !== undefined && { first: options.first }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.chaos !== undefined && { chaos: options.chaos }),
    ...(options.requestLimit !== undefined && { requestLimit: options.requestLimit }),
    ...(options.events && { onAction: (event) => channel.send({ type: 'action', event }) }),
  });
  const methods = methodsOf(fleet, channel, signal);
  channel.onRequest((id, method, params) => {
    const call = Object.hasOwn(methods, method) ? methods[method as keyof FleetMethods] : undefined;
    if (!call) {
      channel.send({ type: 'response', id, error: `There is no method ${method}.` });
      return;
    }
    // The parent is this package's own other half, of the same version.
    void (call as (given: unknown) => Promise<unknown>)(params).then(
      (result) => channel.send({ type: 'response', id, result }),
      (error: unknown) =>
        channel.send({
          type: 'response',
          id,
          error: error instanceof Error ? error.message : String(error),
        }),
    );
  });
  const tasks = createTaskGroup('simulator', silentLogger);
  await using _stopped = { [Symbol.asyncDispose]: tasks.stop };
  if (options.live && fleet.hasGateway) {
    tasks.run('connect', (stopped) => fleet.connect({ signal: stopped }));
  }
  channel.send({ type: 'ready', info: readyOf(fleet) });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function readyOf(fleet: Fleet): FleetReady {
  const { devices, enrolled } = fleet.stats;
  return { devices, enrolled };
}

function statsOf(fleet: Fleet): ProcessStats {
  const { user, system } = process.cpuUsage();
  return {
    ...fleet.stats,
    memoryBytes: process.memoryUsage.rss(),
    cpuMs: (user + system) / 1000,
  };
}

type Methods = {
  readonly [Name in keyof FleetMethods]: (
    params: FleetMethods[Name]['params'],
  ) => Promise<FleetMethods[Name]['result']>;
};

function methodsOf(
  fleet: Fleet,
  channel: { send(message: FleetMessage): void },
  signal: AbortSignal,
): Methods {
  const halted = new AbortController();
  let enrolling: Promise<void> = Promise.resolve();
  return {
    async enrol(params) {
      let told = 0;
      enrolling = fleet.enrol({
        ...params,
        signal: AbortSignal.any([signal, halted.signal]),
        onProgress(enrolled) {
          const now = performance.now();
          if (now - told < PROGRESS_MS) return;
          told = now;
          channel.send({ type: 'progress', step: `enrolling ${enrolled} of ${fleet.size}` });
        },
      });
      await enrolling;
      return readyOf(fleet);
    },
    async halt() {
      halted.abort(new Error('The enrolment was stopped.'));
      await enrolling.catch(() => {});
      return null;
    },
    async connect(params) {
      await fleet.connect({ ...params, signal });
      return statsOf(fleet);
    },
    stats: async () => statsOf(fleet),
    async poll({ index }) {
      await fleet.poll(index);
      return null;
    },
    changeDocument: ({ index, ...change }) => fleet.changeDocument(index, change),
    async cut({ index }) {
      fleet.cut(index);
      return null;
    },
    deviceIds: async () =>
      Array.from({ length: fleet.size }, (_, index) => fleet.deviceIdOf(index)),
  };
}
