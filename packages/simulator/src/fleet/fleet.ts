import { DEFAULT_CLIENT_SETTINGS, decodeInvitation, ENROL_PREFIX } from '@moorline/contracts/agent';
import {
  type Clock,
  createTaskGroup,
  type Entropy,
  type Logger,
  MoorlineError,
  silentLogger,
  systemClock,
  systemEntropy,
} from '@moorline/kernel';
import { pinRoot } from '@moorline/pki';
import { simulatorErrors } from '../errors.ts';
import { openFolderStore } from '../identity/folder-store.ts';
import { createMemoryStore, type Gateway } from '../identity/identity-store.ts';
import { createDialer, type Dialer } from '../link/dialer.ts';
import { createPopulation } from '../organization/population.ts';
import type { FleetProfile } from '../profile/fleet-profile.ts';
import { ORGANIZATION } from '../profile/organization.ts';
import type { ActionEvent, SimulatedActionHandler } from './actions.ts';
import type { DocumentForm } from './documents.ts';
import { enrolDevice } from './enrolment.ts';
import { createLife, type Life } from './life.ts';
import { SimulatedDevice } from './simulated-device.ts';
import { createCounters, type FleetStats } from './stats.ts';

export interface FleetOptions {
  /** How many devices. */
  readonly devices: number;
  /** Number of the first one within the organization; default 0. Several fleets may share one organization. */
  readonly first?: number;
  /** Decides everything about every device; default `moorline`. */
  readonly seed?: string;
  /** Default: the built-in organization. */
  readonly profile?: FleetProfile;
  /** Keeps identities, so that the next fleet of the folder goes on; absent: all is forgotten at the end. */
  readonly folder?: string | undefined;
  /** Harsh rates of losses, half-open links, repeats and restarts instead of the profile's. */
  readonly chaos?: boolean;
  /** Devices that may have a request under way; as many again may keep a connection for 15 s. Default 128. */
  readonly requestLimit?: number;
  /** How long a connection is kept after a burst of requests; default 15 s, as the agent does. */
  readonly lingerMs?: number;
  /** Local address of all connections: another one has other ports. */
  readonly localAddress?: string | undefined;
  /** More kinds of actions, or other answers. */
  readonly actionHandlers?: Readonly<Record<string, SimulatedActionHandler>>;
  readonly onAction?: (event: ActionEvent) => void;
  readonly clock?: Clock;
  readonly entropy?: Entropy;
  readonly logger?: Logger;
}

export interface EnrolOptions {
  /** An enrolment token whose quota covers the devices that have not enrolled. */
  readonly invitation: string;
  /** Devices begun a second; default: as fast as it goes. */
  readonly rate?: number | undefined;
  /** Each goes to work as soon as it has enrolled, as after `connect`; default false. */
  readonly live?: boolean;
  /** At once; default 32. The authority takes 64 of one address. */
  readonly concurrency?: number;
  readonly onProgress?: (enrolled: number) => void;
  readonly signal?: AbortSignal;
}

export interface ConnectOptions {
  /** Devices begun a second; default 500. */
  readonly rate?: number | undefined;
  readonly signal?: AbortSignal;
}

/**
 * N devices over the real agent protocol. Numbers of devices are from 0 to `size - 1`. Disposing closes every channel
 * in order; twice is fine.
 */
export interface Fleet extends AsyncDisposable {
  readonly size: number;
  readonly stats: FleetStats;
  nameOf(index: number): string;
  /** Its id at the authority; null before it has enrolled. */
  deviceIdOf(index: number): string | null;
  /**
   * Enrols every device that has not: own key, own certificate, own connection. What passes by itself (an
   * authority that is busy, or away) is waited for.
   * @throws `simulator.invitation_malformed`, `simulator.enrolment_refused`, `simulator.folder_of_another`, `pki.*`
   */
  enrol(options: EnrolOptions): Promise<void>;
  /** Whether there is an authority that this fleet has been enrolled at. */
  readonly hasGateway: boolean;
  /**
   * Lets the enrolled devices live: they keep their channels, poll, report and act until the fleet is disposed.
   * Resolves when every device that is switched on has its channel open.
   */
  connect(options?: ConnectOptions): Promise<void>;
  /** The device asks for its desired state and its actions now. */
  poll(index: number): Promise<void>;
  /** Something of that class changes at the device, and it says so at once. Answers the JSON's size. */
  changeDocument(
    index: number,
    options?: { readonly className?: string; readonly form?: DocumentForm },
  ): Promise<{ readonly bytes: number }>;
  /** The device looks at all its classes, as in a cycle, and sends what the authority has not. */
  sendInventory(index: number): Promise<{ readonly bytes: number; readonly classes: number }>;
  /** Cuts the channel of one device, or of all, without a word; they come back by themselves. */
  cut(index?: number): void;
}

/** Opens a fleet; nothing is sent yet. @throws `simulator.folder_of_another` */
export async function createFleet(options: FleetOptions): Promise<Fleet> {
  const clock = options.clock ?? systemClock;
  const entropy = options.entropy ?? systemEntropy;
  const { devices: size, first = 0, seed = 'moorline', profile = ORGANIZATION } = options;
  const logger = options.logger ?? silentLogger;
  const population = createPopulation(profile, { seed, first, chaos: options.chaos ?? false });
  const marks = { seed, profile: profile.name, first: String(first) };
  const store =
    options.folder === undefined
      ? createMemoryStore()
      : await openFolderStore(options.folder, marks);
  const counters = createCounters();
  const tasks = createTaskGroup('fleet', logger);
  const devices = Array.from({ length: size }, (_, index) => {
    const device = new SimulatedDevice(index, DEFAULT_CLIENT_SETTINGS);
    device.identity = store.identities.get(index) ?? null;
    return device;
  });
  let dialer: Dialer | undefined;
  let life: Life | undefined;

  const dialerFor = (gateway: Gateway): Dialer => {
    dialer ??= createDialer({ ...gateway, localAddress: options.localAddress });
    return dialer;
  };
  const deviceOf = (index: number): SimulatedDevice => {
    const device = devices[index];
    if (!device) throw new RangeError(`there is no device ${index} in a fleet of ${size}`);
    return device;
  };
  let enrolledCount = devices.filter(({ identity }) => identity !== null).length;
  const living = (): Life => {
    if (life) return life;
    const { gateway } = store;
    if (!gateway) throw simulatorErrors.notEnrolled({ index: 0 });
    life = createLife({
      ...options,
      clock,
      entropy,
      population,
      store,
      counters,
      devices,
      tasks,
      dialer: dialerFor(gateway),
    });
    return life;
  };

  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await life?.stop();
    await tasks.stop();
    await store[Symbol.asyncDispose]();
  };

  return {
    size,
    get stats() {
      return {
        devices: size,
        enrolled: enrolledCount,
        online: life?.online ?? 0,
        connecting: life?.connecting ?? 0,
        connected: life?.connected ?? 0,
        requests: life?.requests ?? 0,
        waiting: life?.waiting ?? 0,
        nudges: counters.nudges,
        pings: counters.pings,
        connects: counters.connects,
        reconnects: counters.reconnects,
        resumed: counters.resumed,
        documents: { whole: counters.whole, delta: counters.delta, resynced: counters.resynced },
        actions: {
          received: counters.received,
          succeeded: counters.succeeded,
          failed: counters.failed,
        },
        renewals: counters.renewals,
        errors: Object.fromEntries(counters.errors),
      };
    },
    get hasGateway() {
      return store.gateway !== null;
    },
    nameOf: (index) => population.nameOf(deviceOf(index).index),
    deviceIdOf: (index) => deviceOf(index).identity?.deviceId ?? null,

    async enrol({ invitation, rate, live, concurrency = 32, onProgress, signal: given }) {
      const signal = given ? AbortSignal.any([given, tasks.signal]) : tasks.signal;
      const missing = devices.filter(({ identity }) => identity === null);
      if (missing.length === 0) return;
      const gateway = await follow(invitation, signal);
      const kept = store.gateway;
      if (kept && enrolledCount > 0 && kept.ca !== gateway.ca) {
        throw simulatorErrors.folderOfAnother({
          folder: options.folder ?? '',
          what: 'authority',
          kept: kept.url,
          wanted: gateway.url,
        });
      }
      store.setGateway(gateway);
      if (live) living().start();
      const startedAt = clock.now();
      const failed = new AbortController();
      const either = AbortSignal.any([signal, failed.signal]);
      let begun = 0;
      const worker = async (): Promise<void> => {
        for (let device = missing[begun++]; device; device = missing[begun++]) {
          const dueAt = rate === undefined ? 0 : startedAt + ((begun - 1) / rate) * 1000;
          if (dueAt > clock.now()) await clock.sleep(dueAt - clock.now(), { signal: either });
          const name = population.nameOf(device.index);
          const identity = await enrolDevice(
            { dialer: dialerFor(gateway), clock, entropy, counters },
            { name, token: invitation },
            either,
          ).catch((error: unknown) => {
            if (!(error instanceof MoorlineError) || either.aborted) throw error;
            throw simulatorErrors.enrolmentRefused(
              {
                name,
                reason: String(error.details.reason),
                enrolled: enrolledCount,
                devices: size,
              },
              { cause: error },
            );
          });
          device.identity = identity;
          enrolledCount += 1;
          store.put(device.index, identity);
          life?.add(device);
          onProgress?.(enrolledCount);
        }
      };
      const workers = Array.from({ length: Math.min(concurrency, missing.length) }, () =>
        worker().catch((error: unknown) => {
          failed.abort(error);
          throw error;
        }),
      );
      await Promise.allSettled(workers);
      signal.throwIfAborted();
      failed.signal.throwIfAborted();
    },

    connect: (connectOptions = {}) => living().connect(connectOptions),
    async poll(index) {
      await living().poll(deviceOf(index));
    },
    changeDocument: (index, { className = 'LogicalDisk', form = 'shortest' } = {}) =>
      living().changeDocument(deviceOf(index), className, form),
    sendInventory: (index) => living().sendInventory(deviceOf(index)),
    cut(index) {
      for (const device of index === undefined ? devices : [deviceOf(index)]) life?.cut(device);
    },
    [Symbol.asyncDispose]() {
      ending ??= end();
      return ending;
    },
  };
}

/** Follows an invitation to its gateway. @throws `simulator.invitation_malformed`, `pki.*` */
async function follow(invitation: string, signal: AbortSignal): Promise<Gateway> {
  const decoded = decodeInvitation(ENROL_PREFIX, invitation);
  if (!decoded) throw simulatorErrors.invitationMalformed();
  const ca = await pinRoot(decoded.url, decoded.rootFingerprint, { signal });
  return { url: decoded.url, ca };
}
