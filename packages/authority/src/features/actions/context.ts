import type { Bus } from '@moorline/bus';
import { appendChanges, type Database } from '@moorline/db';
import { type Clock, type Entropy, type Logger, rfc3339 } from '@moorline/kernel';
import { type ActionHop, type ActionState, isFinalState, isWithDevice } from '@moorline/model';
import type { DeviceNudger, RemoteAuthorities, Transaction } from '@moorline/model/ports';
import type { Profile } from '../../profile.ts';
import { announce } from '../../topics.ts';
import type { Presence } from '../devices/index.ts';
import type { Refusals } from '../refusals/index.ts';
import type { ActionSettingsStore } from './settings.ts';
import { type Advance, advanceActions } from './store.ts';

export interface ActionDeps {
  readonly profile: Profile;
  readonly database: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  readonly nudger: DeviceNudger;
  readonly remotes: RemoteAuthorities | null;
  readonly presence: Pick<Presence, 'isConnected'>;
  readonly refusals: Refusals;
  /** Where the files of actions are kept; made when missing. */
  readonly filesFolder: string;
}

/** What the parts of the feature share. */
export interface ActionParts extends ActionDeps {
  readonly settings: ActionSettingsStore;
}

/** A hop at this authority, now. */
export function ownHop(
  deps: Pick<ActionDeps, 'profile' | 'clock'>,
  state: ActionState,
  reason: string,
): ActionHop {
  const { profile, clock } = deps;
  return {
    state,
    at: rfc3339(clock.now()),
    place: profile.kind,
    placeName: profile.name,
    reason,
  };
}

/** Writes the hops, and tells who watches and, of relayed actions, the change log. */
export async function moveActions(
  tx: Transaction,
  deps: Pick<ActionDeps, 'bus' | 'clock'>,
  advances: readonly Advance[],
): Promise<void> {
  const moved = advances.filter(({ hops }) => hops.length > 0);
  await advanceActions(tx, moved, deps.clock.now());
  await changed(
    tx,
    deps,
    moved.map(({ action }) => action.row),
  );
}

/** The change-log entry and the announcement of actions that were written in this transaction. */
export async function changed(
  tx: Transaction,
  deps: Pick<ActionDeps, 'bus'>,
  actions: readonly { readonly id: string; readonly is_relayed: boolean }[],
): Promise<void> {
  const relayed = actions.filter((action) => action.is_relayed).map((action) => action.id);
  await appendChanges(tx, 'action', relayed);
  const local = actions.filter((action) => !action.is_relayed).map((action) => action.id);
  announce(deps.bus, tx, 'action', relayed, { uploadable: true });
  announce(deps.bus, tx, 'action', local, { uploadable: false });
}

/** Ends an action here: cancelled while it may be, failed once the device has it. */
export function endHop(
  deps: Pick<ActionDeps, 'profile' | 'clock'>,
  state: ActionState,
  reason: string,
): ActionHop | undefined {
  if (isFinalState(state)) return undefined;
  return ownHop(deps, isWithDevice(state) ? 'failed' : 'cancelled', reason);
}
