import type { Transaction } from '@moorline/model/ports';
import type { DeviceFacts } from '@moorline/query';
import type { Affected, GroupCatalogue } from './catalogue.ts';
import { noteFollowed } from './followed.ts';
import { isMember, membershipOf } from './membership.ts';
import { referencesOf } from './rule.ts';
import {
  forgetWakes,
  type MembershipChange,
  readFacts,
  readMemberships,
  takeChanges,
  writeMemberships,
  writeWakes,
} from './store.ts';

/** Changes in one transaction: bounds what is in memory, and how long the groups are held. */
export const CHANGES_AT_ONCE = 200;
/** Documents of so many devices are in memory at a time. */
const DEVICES_AT_ONCE = 50;

export interface EvaluatedChanges {
  /** Devices that were looked at. */
  readonly devices: number;
  /** Groups whose members are others now. */
  readonly changedGroups: readonly string[];
  /** Something of it is in the change log. */
  readonly isNoted: boolean;
  /** There may be more to do at once. */
  readonly more: boolean;
}

/**
 * Evaluates what has changed, for the changed devices alone, in the transaction that takes the changes: a kill
 * leaves both or neither. The groups are locked.
 */
export async function evaluateChanges(
  tx: Transaction,
  catalogue: GroupCatalogue,
  now: number,
): Promise<EvaluatedChanges> {
  const { byDevice: changes, more } = await takeChanges(tx, now, CHANGES_AT_ONCE);
  const changedGroups = new Set<string>();
  const ids = [...changes.keys()];
  let isNoted = false;
  for (let start = 0; start < ids.length; start += DEVICES_AT_ONCE) {
    const part = ids.slice(start, start + DEVICES_AT_ONCE);
    const { entered, left } = await evaluatePart(tx, catalogue, part, changes, now);
    for (const { group_id } of [...entered, ...left]) changedGroups.add(group_id);
    isNoted = (await noteFollowed(tx, entered, left)) || isNoted;
  }
  return {
    devices: ids.length,
    changedGroups: [...changedGroups],
    isNoted,
    more,
  };
}

async function evaluatePart(
  tx: Transaction,
  catalogue: GroupCatalogue,
  deviceIds: readonly string[],
  changes: ReadonlyMap<string, ReadonlySet<string>>,
  now: number,
): Promise<{
  readonly entered: readonly MembershipChange[];
  readonly left: readonly MembershipChange[];
}> {
  const affected = new Map(
    deviceIds.map((id) => [id, catalogue.affectedBy([...(changes.get(id) ?? [])])]),
  );
  const classes = new Set([...affected.values()].flatMap((one) => [...one.classes]));
  const facts = await readFacts(tx, deviceIds, classes);
  const memberships = await readMemberships(tx, deviceIds);
  const entered: MembershipChange[] = [];
  const left: MembershipChange[] = [];
  const wakes = new Map<string, number>();
  const gone: string[] = [];
  for (const id of deviceIds) {
    const stored = memberships.get(id) ?? new Set<string>();
    const known = facts.get(id);
    const concerned = affected.get(id);
    if (!known) {
      gone.push(id);
      left.push(...[...stored].map((group_id) => ({ group_id, device_id: id })));
    } else if (concerned) {
      const after = evaluateDevice(catalogue, concerned, known, stored, now);
      for (const group_id of after) {
        if (!stored.has(group_id)) entered.push({ group_id, device_id: id });
      }
      for (const group_id of stored) {
        if (!after.has(group_id)) left.push({ group_id, device_id: id });
      }
      const wakeAt = nextChangeOf(concerned, known, now);
      if (wakeAt !== null) wakes.set(id, wakeAt);
    }
  }
  await writeMemberships(tx, entered, left);
  if (gone.length > 0) await forgetWakes(tx, gone);
  await writeWakes(tx, wakes);
  return { entered, left };
}

/** The stored groups that the device is in after the change. */
export function evaluateDevice(
  catalogue: GroupCatalogue,
  affected: Affected,
  facts: DeviceFacts,
  stored: ReadonlySet<string>,
  now: number,
): ReadonlySet<string> {
  const after = new Set(stored);
  const changed = new Set<string>();
  const isIn = membershipOf(catalogue, facts, now, after);
  for (const group of affected.groups) {
    const follows = referencesOf(group).some((id) => changed.has(id));
    if (!affected.direct.has(group.id) && !follows) continue;
    if (group.isBuiltIn) {
      // What it was before is not known.
      changed.add(group.id);
      continue;
    }
    const is = isMember(group, facts, now, isIn);
    if (is === after.has(group.id)) continue;
    if (is) after.add(group.id);
    else after.delete(group.id);
    changed.add(group.id);
  }
  return after;
}

function nextChangeOf(affected: Affected, facts: DeviceFacts, now: number): number | null {
  let next: number | null = null;
  for (const group of affected.groups) {
    if (!group.isTimed) continue;
    for (const query of group.queries) {
      const at = query.nextChange(facts, now);
      if (at !== null && (next === null || at < next)) next = at;
    }
  }
  return next;
}
