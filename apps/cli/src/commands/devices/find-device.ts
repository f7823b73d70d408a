import { AdminApiError, type AdminClient, compare, textFilter } from '@moorline/admin-client';
import type { ManagedDevice } from '@moorline/contracts/admin';
import { isUuid } from '@moorline/kernel';
import { usageError } from '../../errors.ts';
import { safeText } from '../../output/safe-text.ts';
import { didYouMean } from '../../suggest.ts';

const MOST_CANDIDATES = 100;

/**
 * The device of that id or name: the exact name first, else the one that differs in case alone.
 * @throws `cli.usage` when none has it (with the nearest name) or more than one has it (with their ids)
 */
export async function findDevice(
  client: AdminClient,
  nameOrId: string,
  options: { signal?: AbortSignal } = {},
): Promise<ManagedDevice> {
  if (isUuid(nameOrId.toLowerCase())) {
    try {
      return await client.devices.get(nameOrId.toLowerCase(), options);
    } catch (error) {
      if (error instanceof AdminApiError && error.status === 404) {
        throw usageError(`There is no device with the id ${nameOrId}.`);
      }
      throw error;
    }
  }
  const page = async (filter: string | undefined, search?: string) =>
    (await client.devices.list({ ...options, filter, search, top: MOST_CANDIDATES })).items;
  const same = await page(compare('deviceName', 'eq', nameOrId));
  const exact = same.filter(({ deviceName }) => deviceName === nameOrId);
  if (exact.length > 0) return single(nameOrId, exact);
  const lower = nameOrId.toLowerCase();
  const alike = [...same, ...(await page(undefined, nameOrId))].filter(
    ({ deviceName }) => deviceName?.toLowerCase() === lower,
  );
  const unique = [...new Map(alike.map((device) => [device.id, device])).values()];
  if (unique.length > 0) return single(nameOrId, unique);
  const start = nameOrId.slice(0, 2);
  const near = [
    ...(await page(textFilter('startswith', 'deviceName', start))),
    ...(await page(undefined)),
  ];
  const names = near.flatMap(({ deviceName }) => (deviceName ? [safeText(deviceName)] : []));
  throw usageError(
    `There is no device "${nameOrId}".${didYouMean(nameOrId, names)} \`moorline devices list\` shows them all.`,
  );
}

function single(nameOrId: string, candidates: readonly ManagedDevice[]): ManagedDevice {
  const [first, ...others] = candidates;
  if (first && others.length === 0) return first;
  const lines = candidates.map(
    ({ id, deviceName, connectorName, lastSyncDateTime }) =>
      `  ${id}  ${safeText(deviceName ?? '-')}  ${safeText(connectorName ?? '-')}  last seen ${lastSyncDateTime}`,
  );
  throw usageError(
    `More than one device is called "${nameOrId}"; use its id:\n${lines.join('\n')}`,
  );
}
