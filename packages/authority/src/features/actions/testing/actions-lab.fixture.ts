import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBus } from '@moorline/bus';
import { Session } from '@moorline/contracts/admin';
import type { Database, Migration } from '@moorline/db';
import {
  type ActionId,
  type AuthorityId,
  type Clock,
  type ConnectorId,
  type DeviceId,
  silentLogger,
  systemEntropy,
  type UserId,
  uuidv7,
} from '@moorline/kernel';
import type { Action, ActionHop, ActionKind, ActionState, Actor, Role } from '@moorline/model';
import type {
  AuthenticatedDevice,
  DeviceActionReport,
  RemoteAuthorities,
} from '@moorline/model/ports';
import { AUDIT_MIGRATIONS } from '../../audit/index.ts';
import {
  createDevices,
  DEVICES_MIGRATIONS,
  type Devices,
  insertEnrolled,
} from '../../devices/index.ts';
import { INVENTORY_MIGRATIONS } from '../../inventory/index.ts';
import { createRefusals } from '../../refusals/index.ts';
import { type Actions, createActions } from '../actions.ts';
import { createBulkRequests } from '../bulk.ts';
import type { ActionDeps, ActionParts } from '../context.ts';
import { ACTIONS_MIGRATIONS } from '../migrations.ts';
import { createActionSettings } from '../settings.ts';

/** What the feature's tables stand on, and they. */
export const ACTIONS_LAB_MIGRATIONS: readonly Migration[] = [
  ...AUDIT_MIGRATIONS,
  ...DEVICES_MIGRATIONS,
  ...INVENTORY_MIGRATIONS,
  ...ACTIONS_MIGRATIONS,
];

type Kinds = typeof Session.properties.authority.properties.kind.enum;
const kinds: Kinds = Session.properties.authority.properties.kind.enum;
/** The two kinds of host: the engine that is tested is of the first. */
export const UPPER: Kinds[0] = kinds[0];
export const LOWER: Kinds[1] = kinds[1];

export const KIND: ActionKind = 'refreshMachinePolicy';
export const HQ1: ConnectorId = '01900000-0000-7000-8000-0000000000a1' as ConnectorId;
export const HQ2: ConnectorId = '01900000-0000-7000-8000-0000000000a2' as ConnectorId;
export const HELP_DESK: Actor = administrator('Help desk');
export const RELAYED: Actor = {
  kind: 'user',
  userId: 'u' as UserId,
  name: 'ada',
  role: 'Administrator',
  via: 'relay',
  onBehalfOf: { userId: 'r' as UserId, name: 'grace', authorityName: 'Contoso' },
};

export function administrator(role: Role): Actor {
  return { kind: 'user', userId: 'u' as UserId, name: 'ada', role, via: 'session' };
}

/** What the lab needs of a database for tests. */
export interface LabDatabase {
  readonly database: Database;
  newAuthority(): AuthorityId;
  asOwner(statement: string): Promise<readonly Record<string, unknown>[]>;
}

/** The actions feature of a fresh authority, with one device of its own and one behind HQ1. */
export interface ActionsLab {
  readonly authorityId: AuthorityId;
  readonly parts: ActionParts;
  readonly devices: Devices;
  readonly actions: Actions;
  readonly own: AuthenticatedDevice;
  readonly attached: DeviceId;
  /** Nudges and wake-ups so far. */
  readonly told: string[];
  /** Whether HQ1 is connected. */
  isOnline: boolean;
  /** Whether what is queued for HQ1 may have reached it. */
  hasLeft: boolean;
  enrol(name: string): Promise<AuthenticatedDevice>;
  request(deviceId: DeviceId, by?: Actor): Promise<Action>;
  relay(id: ActionId, deviceId?: DeviceId): Promise<Action>;
  /** The feature of a process that starts anew on the same database. */
  restarted(): Promise<Pick<ActionsLab, 'actions' | 'devices'>>;
  /** Goes on with what a stop left of bulk actions. */
  resume(): Promise<void>;
  readonly filesFolder: string;
  removeFiles(): Promise<void>;
  newActionId(): ActionId;
  report(
    id: ActionId,
    state: DeviceActionReport['state'],
    overrides?: Partial<DeviceActionReport>,
  ): DeviceActionReport;
  states(id: ActionId): Promise<ActionState[]>;
  upload(origin: ConnectorId, id: ActionId, ...offered: ActionState[]): Promise<void>;
  /** Activities and results on record. */
  audit(): Promise<string[]>;
}

export async function createActionsLab(test: LabDatabase, clock: Clock): Promise<ActionsLab> {
  const authorityId = test.newAuthority();
  const { database } = test;
  const told: string[] = [];
  const shared = {
    profile: { authorityId, name: 'Contoso', kind: UPPER, managedBy: UPPER },
    database,
    bus: createBus(silentLogger),
    clock,
    entropy: systemEntropy,
    logger: silentLogger,
    nudger: {
      nudge: (id: string) => void told.push(`nudge ${id}`),
      nudgeAll: () => {},
      disconnect: () => {},
    },
    remotes: {
      describe: () => ({ name: 'HQ1', online: lab.isOnline }),
      actionsQueued: (origin: string) => void told.push(`wake ${origin}`),
      mayHave: () => lab.hasLeft,
    } as unknown as RemoteAuthorities,
  };
  const refusals = createRefusals({ ...shared, authorityId });
  const devices = createDevices({ ...shared, refusals });
  const filesFolder = join(tmpdir(), `moorline-files-${authorityId}`);
  const deps: ActionDeps = { ...shared, refusals, presence: devices.presence, filesFolder };
  const actions = createActions(deps);
  const parts: ActionParts = {
    ...deps,
    settings: createActionSettings({ ...deps, authorityId }),
  };

  async function enrol(name: string): Promise<AuthenticatedDevice> {
    const deviceId = uuidv7<DeviceId>(clock, systemEntropy);
    const certificateExpiresAt = clock.now();
    await database.transaction(authorityId, (tx) =>
      insertEnrolled(
        tx,
        [{ id: deviceId, name, clientVersion: '0', certificateExpiresAt }],
        clock.now(),
      ),
    );
    return { deviceId, certificateSerial: 'aa' };
  }

  const own = await enrol('pc-1');
  const attached = uuidv7<DeviceId>(clock, systemEntropy);
  await test.asOwner(
    `insert into devices (authority_id, id, origin, name, last_contact_at, enrolled_at, client_version, certificate_expires_at)
     values ('${authorityId}', '${attached}', '${HQ1}', 'pc-2', now(), now(), '0', now())`,
  );

  const lab: ActionsLab = {
    authorityId,
    parts,
    devices,
    actions,
    own,
    attached,
    told,
    isOnline: false,
    hasLeft: false,
    enrol,
    request: (deviceId, by = HELP_DESK) => actions.requestAction(by, { deviceId, kind: KIND }),
    relay: (id, deviceId = own.deviceId) =>
      actions.requestAction(RELAYED, {
        id,
        deviceId,
        kind: KIND,
        expiresAt: new Date(clock.now() + 60_000).toISOString(),
      }),
    async restarted() {
      await devices.presence.flush();
      const again = createDevices({ ...shared, refusals });
      const given = { ...shared, refusals, presence: again.presence, filesFolder };
      return { devices: again, actions: createActions(given) };
    },
    filesFolder,
    removeFiles: () => rm(filesFolder, { recursive: true, force: true }),
    resume: () => createBulkRequests(parts).resume(new AbortController().signal),
    newActionId: () => uuidv7<ActionId>(clock, systemEntropy),
    report: (id, state, overrides = {}) => ({
      id,
      state,
      at: new Date(clock.now()).toISOString(),
      result:
        state === 'succeeded' || state === 'failed'
          ? { errorCode: state === 'failed' ? 5 : 0, message: `It ${state}.`, details: {} }
          : null,
      ...overrides,
    }),
    states: async (id) => (await actions.readAction(HELP_DESK, id)).hops.map((hop) => hop.state),
    upload: (origin, id, ...offered) =>
      database.transaction(authorityId, (tx) =>
        actions.uploadSink.applyActions(tx, origin, [
          {
            id,
            hops: offered.map(
              (state): ActionHop => ({
                state,
                at: new Date(clock.now()).toISOString(),
                place: LOWER,
                placeName: 'HQ1',
                reason: 'Because.',
              }),
            ),
            result:
              offered.at(-1) === 'succeeded'
                ? { errorCode: 0, message: 'Done.', details: {} }
                : null,
          },
        ]),
      ),
    async audit() {
      await refusals.flush();
      const rows = await test.asOwner(
        `select activity, coalesce(details->>'code', result) as what from audit_events
         where authority_id = '${authorityId}' order by sequence`,
      );
      return rows.map((row) => `${row.activity} ${row.what}`);
    },
  };
  return lab;
}
