import type { ClientSettings } from '@moorline/contracts/admin';

/** The settings as they stand in the form: numbers as typed. */
export interface SettingsEntry {
  readonly poll: string;
  readonly inventory: string;
  readonly disabled: ReadonlySet<string>;
}

export function entryOf(settings: ClientSettings): SettingsEntry {
  return {
    poll: String(settings.policyPollMinutes),
    inventory: String(settings.inventoryMinutes),
    disabled: new Set(settings.disabledClasses),
  };
}

export function settingsOf(entry: SettingsEntry): ClientSettings {
  return {
    policyPollMinutes: Number(entry.poll),
    inventoryMinutes: Number(entry.inventory),
    disabledClasses: [...entry.disabled].sort(),
  };
}

export function isSame(one: ClientSettings, other: ClientSettings): boolean {
  return (
    one.policyPollMinutes === other.policyPollMinutes &&
    one.inventoryMinutes === other.inventoryMinutes &&
    [...one.disabledClasses].sort().join() === [...other.disabledClasses].sort().join()
  );
}

/**
 * The entry on top of what somebody else has saved meanwhile: what was changed in it stays, and everything else is
 * as it is now saved.
 */
export function rebase(
  entry: SettingsEntry,
  before: ClientSettings,
  now: ClientSettings,
): SettingsEntry {
  const from = entryOf(before);
  const to = entryOf(now);
  const disabled = new Set(to.disabled);
  for (const name of entry.disabled) if (!from.disabled.has(name)) disabled.add(name);
  for (const name of from.disabled) if (!entry.disabled.has(name)) disabled.delete(name);
  return {
    poll: entry.poll === from.poll ? to.poll : entry.poll,
    inventory: entry.inventory === from.inventory ? to.inventory : entry.inventory,
    disabled,
  };
}

/** What differs between two versions, as sentences. */
export function differences(
  before: ClientSettings,
  now: ClientSettings,
  classTitle: (name: string) => string,
): readonly string[] {
  const told: string[] = [];
  if (before.policyPollMinutes !== now.policyPollMinutes) {
    told.push(minutes('Policy polling', before.policyPollMinutes, now.policyPollMinutes));
  }
  if (before.inventoryMinutes !== now.inventoryMinutes) {
    told.push(minutes('Inventory', before.inventoryMinutes, now.inventoryMinutes));
  }
  for (const name of now.disabledClasses) {
    if (!before.disabledClasses.includes(name)) told.push(`${classTitle(name)} is left out.`);
  }
  for (const name of before.disabledClasses) {
    if (!now.disabledClasses.includes(name)) told.push(`${classTitle(name)} is collected.`);
  }
  return told;
}

function minutes(what: string, before: number, now: number): string {
  return `${what} went from ${before} to ${now} minutes.`;
}
