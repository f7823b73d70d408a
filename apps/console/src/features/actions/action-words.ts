import {
  ACTION_STATES,
  ACTION_TITLES,
  type ActionState,
  ENDABLE_KINDS,
  isFinalState,
} from '@moorline/model';
import type { StatusTone } from '../../ui/status.tsx';

const STATES: Readonly<Record<ActionState, { readonly name: string; readonly tone: StatusTone }>> =
  {
    requested: { name: 'Requested', tone: 'good' },
    awaitingApproval: { name: 'Awaiting approval', tone: 'warning' },
    queued: { name: 'Queued', tone: 'good' },
    deliveredToSite: { name: 'Delivered to site', tone: 'good' },
    authorized: { name: 'Authorized', tone: 'good' },
    refused: { name: 'Refused', tone: 'bad' },
    queuedForDevice: { name: 'Queued for device', tone: 'good' },
    deliveredToDevice: { name: 'Delivered to device', tone: 'good' },
    running: { name: 'Running', tone: 'good' },
    succeeded: { name: 'Succeeded', tone: 'good' },
    failed: { name: 'Failed', tone: 'bad' },
    expired: { name: 'Expired', tone: 'bad' },
    cancelled: { name: 'Cancelled', tone: 'quiet' },
  };

/** What a state is called and how it stands; one of a newer server is called by its own name. */
export function stateWords(state: string): { readonly name: string; readonly tone: StatusTone } {
  const known = ACTION_STATES.find((each) => each === state);
  return known ? STATES[known] : { name: state, tone: 'quiet' };
}

export function actionTitle(kind: string): string {
  return Object.hasOwn(ACTION_TITLES, kind)
    ? ACTION_TITLES[kind as keyof typeof ACTION_TITLES]
    : kind;
}

const PLACES: Readonly<Record<string, string>> = {
  tenant: 'Tenant',
  site: 'Site',
  device: 'Device',
};

export function placeWord(place: string): string {
  return PLACES[place] ?? place;
}

/** Whether asking for its end may do something: until it runs, and of some kinds also then. */
export function canCancel(action: { readonly action: string; readonly state: string }): boolean {
  const state = ACTION_STATES.find((each) => each === action.state);
  if (!state || isFinalState(state)) return false;
  return state !== 'running' || ENDABLE_KINDS.some((kind) => kind === action.action);
}

/** How long an action may wait for its device; the empty one is the host's default. */
export const EXPIRIES: Readonly<Record<string, string>> = {
  '': 'After the time that is set for all actions',
  '1': 'After 1 hour',
  '8': 'After 8 hours',
  '24': 'After 1 day',
  '72': 'After 3 days',
  '168': 'After 7 days',
};

/** The time that many hours from now; undefined for the default. */
export function expiryFrom(hours: string): string | undefined {
  if (hours === '') return undefined;
  return new Date(Date.now() + Number(hours) * 3_600_000).toISOString();
}
