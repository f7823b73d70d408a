import type { Actor } from '@moorline/model';

/** How long ago, for people. */
export function ago(sinceMs: number): string {
  const minutes = Math.floor(sinceMs / 60_000);
  if (minutes < 1) return 'less than a minute ago';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${Math.floor(hours / 24)} days ago`;
}

/** Why the actor may. */
export function allowedReason(actor: Actor): string {
  return actor.kind === 'system'
    ? 'Allowed: the system itself asks.'
    : `Allowed: ${actor.name} has the role ${actor.role}.`;
}

/** What an action queued for a device waits for. */
export function deviceWait(
  deviceName: string,
  contact: { readonly isConnected: boolean; readonly sinceMs: number },
): string {
  return contact.isConnected
    ? `${deviceName} is connected and is being told.`
    : `Waiting for ${deviceName} to connect: it was last in contact ${ago(contact.sinceMs)}.`;
}

/** What an action waits for that another authority carries out. */
export function remoteWait(
  deviceName: string,
  remote: { readonly name: string; readonly online: boolean },
): string {
  return remote.online
    ? `Being handed to ${remote.name}, which manages ${deviceName} and is connected.`
    : `Waiting for ${remote.name} to connect: it manages ${deviceName}.`;
}
