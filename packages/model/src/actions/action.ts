import type { ActionId, DeviceId } from '@moorline/kernel';

/** Device actions by Microsoft Graph's configurationManagerActionType names. */
export const ACTION_KINDS = ['refreshMachinePolicy'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** Every kind that Graph's enumeration knows: those not in ACTION_KINDS are refused by name. */
export const GRAPH_ACTION_KINDS = [
  'refreshMachinePolicy',
  'refreshUserPolicy',
  'wakeUpClient',
  'appEvaluation',
  'quickScan',
  'fullScan',
  'windowsDefenderUpdateSignatures',
] as const;

/** What the console calls each kind. */
export const ACTION_TITLES: Readonly<Record<ActionKind, string>> = {
  refreshMachinePolicy: 'Sync machine policy',
};

export const ACTION_STATES = [
  'requested',
  'awaitingApproval',
  'queued',
  'deliveredToSite',
  'authorized',
  'refused',
  'queuedForDevice',
  'deliveredToDevice',
  'running',
  'succeeded',
  'failed',
  'expired',
  'cancelled',
] as const;
export type ActionState = (typeof ACTION_STATES)[number];

/** Where a hop happened. */
export type HopPlace = 'tenant' | 'site' | 'device';
/** A place that manages devices. */
export type AuthorityPlace = Exclude<HopPlace, 'device'>;
/** The other end of an attachment, by kind: from where devices with an origin come. */
export const PEER_PLACE: Readonly<Record<AuthorityPlace, AuthorityPlace>> = {
  tenant: 'site',
  site: 'tenant',
};

/** One step of an action, written once and never changed. */
export interface ActionHop {
  readonly state: ActionState;
  /** RFC 3339 UTC, by the clock of the place. */
  readonly at: string;
  readonly place: HopPlace;
  /** The place's own name: the tenant's, the site's, the device's. */
  readonly placeName: string;
  /** Why, or what it waits for; one sentence for people. */
  readonly reason: string;
}

export interface ActionResult {
  /** 0 is success; anything else is the agent's own code. */
  readonly errorCode: number;
  /** One sentence for people. */
  readonly message: string;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export interface Action {
  readonly id: ActionId;
  readonly deviceId: DeviceId;
  readonly kind: ActionKind;
  readonly state: ActionState;
  readonly requestedAt: string;
  /** The action expires when it has not been delivered to the device by then. */
  readonly expiresAt: string;
  /** Who asked for it: the name of the administrator, and of the place they signed in to. */
  readonly requestedBy: string;
  readonly hops: readonly ActionHop[];
  readonly result: ActionResult | null;
}

const RANK: Readonly<Record<ActionState, number>> = {
  requested: 0,
  awaitingApproval: 1,
  queued: 2,
  deliveredToSite: 3,
  authorized: 4,
  queuedForDevice: 5,
  deliveredToDevice: 6,
  running: 7,
  refused: 8,
  succeeded: 8,
  failed: 8,
  expired: 8,
  cancelled: 8,
};

export function isFinalState(state: ActionState): boolean {
  return RANK[state] === 8;
}

/**
 * Whether an action in `from` may take the hop `to`: only forward, nothing after an end; cancelling and
 * expiry only until the device has it. A repeat of the same state is not a hop.
 */
export function canMoveTo(from: ActionState, to: ActionState): boolean {
  if (isFinalState(from)) return false;
  if (to === 'cancelled' || to === 'expired') return RANK[from] < RANK.deliveredToDevice;
  if (to === 'refused') return RANK[from] < RANK.queuedForDevice;
  return RANK[to] > RANK[from];
}
