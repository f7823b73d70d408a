import { sqlOf } from '@moorline/db';
import type { ConnectorId, DeviceId } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';

/** Some of the devices that are held of an origin, at most `limit`; none when none is left. */
export async function heldDevices(
  tx: Transaction,
  origin: ConnectorId,
  limit: number,
): Promise<readonly DeviceId[]> {
  const { rows } = await sql<{ id: DeviceId }>`select id from devices
    where authority_id = ${tx.authorityId} and origin = ${origin} limit ${limit}`.execute(
    sqlOf(tx),
  );
  return rows.map((row) => row.id);
}
