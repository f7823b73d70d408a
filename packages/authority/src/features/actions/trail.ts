import { rfc3339 } from '@moorline/kernel';
import { type ActionHop, type ActionResult, type ActionState, canMoveTo } from '@moorline/model';
import { storable } from '../audit/index.ts';

/**
 * Those of the `offered` hops that carry the trail on, in their order. A state is taken once and only forward,
 * so the same offer again, an old one, or one out of order adds nothing.
 */
export function hopsToAdd(
  present: readonly ActionHop[],
  offered: readonly ActionHop[],
): readonly ActionHop[] {
  let state: ActionState | undefined = present.at(-1)?.state;
  if (state === undefined) return [];
  const added: ActionHop[] = [];
  for (const hop of offered) {
    if (!canMoveTo(state, hop.state)) continue;
    added.push(hop);
    state = hop.state;
  }
  return added;
}

/** A hop as another authority tells it: text that can be stored, a time that there is. */
export function receivedHop(hop: ActionHop, now: number): ActionHop {
  const time = Date.parse(hop.at);
  return {
    state: hop.state,
    at: rfc3339(Number.isNaN(time) ? now : Math.min(Math.max(time, 0), LAST_TIME)),
    place: hop.place,
    placeName: keptName(hop.placeName),
    reason: keptText(hop.reason, 2000),
  };
}

/** A result as a device or another authority tells it, cut to what is kept of one. */
export function receivedResult(result: ActionResult | null): ActionResult | null {
  if (result === null) return null;
  const details = Object.entries(result.details).slice(0, 32);
  return {
    errorCode: Number.isSafeInteger(result.errorCode) ? result.errorCode : -1,
    message: keptText(result.message, 2000),
    details: Object.fromEntries(
      details.map(([name, value]) => [
        keptText(name, 64),
        typeof value === 'string' ? keptText(value, 2000) : value,
      ]),
    ),
  };
}

/** A name as another authority tells it. */
export function keptName(name: string): string {
  return keptText(name, 255);
}

function keptText(text: string, length: number): string {
  return storable(text).slice(0, length).toWellFormed();
}

/**
 * When a device says that something happened, as far as it can be: not before the hop before it, and not in
 * the future. A device whose clock is wrong by years still has its hops in order.
 */
export function plausibleTime(text: string, previousAt: string, now: number): string {
  const time = Date.parse(text);
  const previous = Date.parse(previousAt);
  const latest = Math.max(previous, now);
  return rfc3339(Number.isNaN(time) ? latest : Math.min(Math.max(time, previous), latest));
}

const LAST_TIME = Date.UTC(9999, 0, 1);
