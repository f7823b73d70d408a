import { ACTION_STATES, ACTION_TITLES, type ActionState } from '@moorline/model';
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

/** Cancelling is possible until the device has it. */
export function canCancel(state: string): boolean {
  return ![
    'deliveredToDevice',
    'running',
    'succeeded',
    'failed',
    'refused',
    'expired',
    'cancelled',
  ].includes(state);
}
