import { sqlOf } from '@moorline/db';
import type { DeviceId } from '@moorline/kernel';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { DeviceRow } from '../devices/index.ts';
import type { ActionParts } from './context.ts';

/** How a device is woken, or why there is nothing to do or nothing that can be done. */
export type WakePlan =
  | { readonly kind: 'succeeded' | 'failed'; readonly reason: string }
  | {
      readonly kind: 'peer';
      readonly deviceId: DeviceId;
      readonly reason: string;
      readonly parameters: Readonly<Record<string, string>>;
    };

/** Devices of a subnet that are looked at for one that is connected. */
const CANDIDATES = 20;

/** A plan for each of these devices, which are managed here: a peer on a subnet of its last addresses sends the packet. */
export async function planWakes(
  tx: Transaction,
  deps: ActionParts,
  devices: readonly DeviceRow[],
): Promise<ReadonlyMap<string, WakePlan>> {
  const asleep = devices.filter(({ id }) => !deps.presence.isConnected(id as DeviceId));
  const { rows } = await sql<{
    device_id: string;
    network: string;
    broadcast: string;
    peers: readonly { readonly id: DeviceId; readonly name: string | null }[] | null;
  }>`select own.device_id, own.network, own.broadcast, found.peers
    from device_networks own
    cross join lateral (
      select jsonb_agg(jsonb_build_object('id', peer.id, 'name', peer.name)) as peers from (
        select d.id, d.name from device_networks n
        join devices d on d.authority_id = n.authority_id and d.id = n.device_id
        where n.authority_id = ${tx.authorityId} and n.network = own.network
          and d.id <> own.device_id and d.online and d.origin is null and not d.is_blocked
        order by d.last_contact_at desc limit ${CANDIDATES}
      ) as peer
    ) as found
    where own.authority_id = ${tx.authorityId}
      and own.device_id = any(${asleep.map(({ id }) => id)}::uuid[])
    order by own.device_id, own.network`.execute(sqlOf(tx));
  const networks = Map.groupBy(rows, (row) => row.device_id);
  return new Map(
    devices.map((device): [string, WakePlan] => {
      const name = device.name ?? device.id;
      if (!asleep.includes(device)) {
        return [
          device.id,
          { kind: 'succeeded', reason: `${name} is connected: it is awake already.` },
        ];
      }
      const macs = [device.ethernet_mac_address, device.wifi_mac_address].flatMap(
        (mac) => mac ?? [],
      );
      const own = networks.get(device.id) ?? [];
      if (macs.length === 0 || own.length === 0) {
        const what = macs.length === 0 ? 'hardware address' : 'subnet';
        const reason = `The ${what} of ${name} is not known: its inventory has not told it yet.`;
        return [device.id, { kind: 'failed', reason }];
      }
      for (const { network, broadcast, peers } of own) {
        const peer = peers?.find(({ id }) => deps.presence.isConnected(id));
        if (!peer) continue;
        return [
          device.id,
          {
            kind: 'peer',
            deviceId: peer.id,
            reason: `${peer.name ?? peer.id} is on the same subnet (${network}), is connected, and is asked to send the packet.`,
            parameters: { macAddresses: macs.join(', '), broadcastAddress: broadcast },
          },
        ];
      }
      const places = own.map(({ network }) => network).join(', ');
      const reason = `No other device on the subnet of ${name} (${places}) is connected, so none can send it a packet. Start one there, and request it again.`;
      return [device.id, { kind: 'failed', reason }];
    }),
  );
}
