import { appendChanges, sqlOf } from '@moorline/db';
import type { DeviceId } from '@moorline/kernel';
import type { UploadCategory } from '@moorline/model';
import type { SelectedDevices, Transaction, UploadedDevice } from '@moorline/model/ports';
import { type RawBuilder, sql } from 'kysely';
import { readUploaded } from './upload-source.ts';

/** Which own devices are told, on the device `d`; null: every one. */
export type Told = RawBuilder<boolean> | null;

/** Own devices as a selection tells them, and those of these ids that it keeps back. */
export async function readSelected(
  tx: Transaction,
  ids: readonly DeviceId[],
  told: Told,
  categories: readonly UploadCategory[],
): Promise<Omit<SelectedDevices, 'mayHaveLeft'>> {
  if (ids.length === 0) return { devices: [], withheld: [] };
  const { rows } = await sql<{ id: DeviceId; is_told: boolean }>`
    select d.id, ${told ?? sql`true`} as is_told from devices d
    where d.authority_id = ${tx.authorityId} and d.id = any(${[...ids]}::uuid[])
      and d.origin is null`.execute(sqlOf(tx));
  const devices = await readUploaded(
    tx,
    rows.filter((row) => row.is_told).map((row) => row.id),
  );
  return {
    devices: devices.map((device) => withCategories(device, categories)),
    withheld: rows.filter((row) => !row.is_told).map((row) => row.id),
  };
}

/** How many own devices are told and how many are not, and the first that are, by id. */
export async function previewSelected(
  tx: Transaction,
  told: Told,
  categories: readonly UploadCategory[],
  limit: number,
): Promise<{ selected: number; withheld: number; first: readonly UploadedDevice[] }> {
  const isTold = told ?? sql<boolean>`true`;
  const { rows } = await sql<{ selected: number; own: number; first: readonly DeviceId[] }>`
    select count(*) filter (where ${isTold})::int as selected, count(*)::int as own,
      array(select d.id from devices d
        where d.authority_id = ${tx.authorityId} and d.origin is null and ${isTold}
        order by d.id limit ${limit}) as first
    from devices d where d.authority_id = ${tx.authorityId} and d.origin is null`.execute(
    sqlOf(tx),
  );
  const { selected = 0, own = 0, first = [] } = rows[0] ?? {};
  const devices = await readUploaded(tx, first);
  return {
    selected,
    withheld: own - selected,
    first: devices
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((device) => withCategories(device, categories)),
  };
}

/** Notes in the change log the own devices that are told other than before. */
export async function noteDifference(
  tx: Transaction,
  before: { readonly told: Told; readonly categories: readonly UploadCategory[] },
  after: { readonly told: Told; readonly categories: readonly UploadCategory[] },
  options: { readonly wasTold: boolean },
): Promise<void> {
  const isSame = before.categories.toSorted().join() === after.categories.toSorted().join();
  const [was, is] = [before.told ?? sql<boolean>`true`, after.told ?? sql<boolean>`true`];
  const idsWhere = async (condition: RawBuilder<boolean>): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`select d.id::text as id from devices d
      where d.authority_id = ${tx.authorityId} and d.origin is null and ${condition}`.execute(
      sqlOf(tx),
    );
    return rows.map(({ id }) => id);
  };
  // Those that stay are told otherwise only where their columns are.
  const isNews = isSame && options.wasTold ? sql<boolean>`(${is} and not ${was})` : is;
  await appendChanges(tx, 'device', await idsWhere(isNews));
  if (!options.wasTold) return;
  await appendChanges(tx, 'departure', await idsWhere(sql<boolean>`(${was} and not ${is})`));
}

/** Notes every own device that is told as changed. */
export async function noteTold(tx: Transaction, told: Told): Promise<void> {
  const { rows } = await sql<{ id: string }>`select d.id::text as id from devices d
    where d.authority_id = ${tx.authorityId} and d.origin is null
      and ${told ?? sql`true`}`.execute(sqlOf(tx));
  await appendChanges(
    tx,
    'device',
    rows.map(({ id }) => id),
  );
}

/** The device without what does not leave. */
function withCategories(
  device: UploadedDevice,
  categories: readonly UploadCategory[],
): UploadedDevice {
  const { summary } = device;
  return {
    ...device,
    summary: {
      ...summary,
      ...(!categories.includes('operatingSystem') && { operatingSystem: null, osVersion: null }),
      ...(!categories.includes('hardware') && {
        manufacturer: null,
        model: null,
        serialNumber: null,
        architecture: 'unknown' as const,
        chassisType: 'unknown' as const,
        physicalMemoryBytes: null,
        totalStorageBytes: null,
        freeStorageBytes: null,
        ethernetMacAddress: null,
        wifiMacAddress: null,
      }),
    },
    ...(!categories.includes('health') && {
      online: null,
      lastContactAt: null,
      clientVersion: null,
      certificateExpiresAt: null,
    }),
  };
}
