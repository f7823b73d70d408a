import { sqlOf } from '@moorline/db';
import type { DeviceId } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';

/** The names of those of these devices that are managed here and have one. */
export async function namesOfOwn(
  tx: Transaction,
  ids: readonly DeviceId[],
): Promise<ReadonlyMap<DeviceId, string>> {
  const { rows } = await sql<{ id: DeviceId; name: string }>`select id, name from devices
    where authority_id = ${tx.authorityId} and id = any(${[...ids]}::uuid[])
      and origin is null and name is not null`.execute(sqlOf(tx));
  return new Map(rows.map(({ id, name }) => [id, name]));
}
