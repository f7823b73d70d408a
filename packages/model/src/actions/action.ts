import type { ActionId, BulkActionId, DeviceId } from '@moorline/kernel';
import type { ActionKind } from './kinds.ts';

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
  /** The bulk action that it is a part of. */
  readonly bulkActionId: BulkActionId | null;
  /** Somebody wants it ended; null: nobody has asked. */
  readonly cancellation: ActionCancellation | null;
}

/** That an action is to be ended, from the request to the answer of whoever has it. */
export interface ActionCancellation {
  /** RFC 3339 UTC. */
  readonly requestedAt: string;
  readonly requestedBy: string;
  /** What it waits for, or why it came too late; one sentence for people. */
  readonly reason: string;
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

/** Whether the device has the action and has not ended it. */
export function isWithDevice(state: ActionState): boolean {
  return state === 'deliveredToDevice' || state === 'running';
}

/**
 * Whether an action in `from` may take the hop `to`: only forward, nothing after an end; expiry only until the
 * device has it, refusal until it is queued for the device. Once the device has it, only the device's own word
 * cancels it. A repeat of the same state is not a hop.
 */
export function canMoveTo(from: ActionState, to: ActionState): boolean {
  if (isFinalState(from)) return false;
  if (to === 'expired') return !isWithDevice(from);
  if (to === 'refused') return RANK[from] < RANK.queuedForDevice;
  return RANK[to] > RANK[from];
}
