import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { type ActionHandler, failedResult } from './action-handler.ts';

/** The discard service: nobody answers there, and network cards look at the packet alone. */
const WAKE_PORT = 9;
/** Lost packets are not missed: it is sent more than once. */
const TIMES = 3;
const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/**
 * Wakes another device of this device's subnet: parameters `macAddresses`, and `broadcastAddress` of the subnet, both
 * with a comma and a space between several. Packets go only to broadcast addresses of own interfaces.
 */
export function wakeUp(options: { readonly port?: number } = {}): ActionHandler {
  const port = options.port ?? WAKE_PORT;
  return {
    isRepeatable: true,
    async run({ parameters = {} }) {
      const macs = listOf(parameters.macAddresses).filter((mac) => MAC.test(mac));
      const wanted = listOf(parameters.broadcastAddress);
      const own = ownBroadcasts();
      const reached = wanted.filter((address) => own.includes(address));
      if (macs.length === 0) {
        return failedResult('failed', 'The hardware address of the device to wake is not known.');
      }
      if (reached.length === 0) {
        const text = `This device is not on the subnet of the device to wake: it has no interface with the broadcast address ${wanted.join(', ') || '(none was given)'}.`;
        return failedResult('failed', text.slice(0, 2000));
      }
      await sendPackets(macs.map(magicPacket), reached, port);
      return {
        errorCode: 0,
        message: `Sent wake-up packets for ${macs.join(', ')} to ${reached.join(', ')}.`,
        details: { packets: macs.length * reached.length * TIMES },
      };
    },
  };
}

function listOf(text: string | undefined): string[] {
  return (text ?? '').split(', ').filter((part) => part !== '');
}

/** Six bytes of ones, then the address sixteen times. */
export function magicPacket(mac: string): Buffer {
  const address = Buffer.from(mac.replaceAll(':', ''), 'hex');
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array.from({ length: 16 }, () => address)]);
}

/** The IPv4 broadcast addresses of this machine's interfaces. */
function ownBroadcasts(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ family, address, netmask }) => {
      if (family !== 'IPv4') return [];
      const mask = octets(netmask);
      return [
        octets(address)
          .map((octet, at) => octet | (~(mask[at] ?? 0) & 0xff))
          .join('.'),
      ];
    }),
  );
}

function octets(address: string): number[] {
  return address.split('.').map(Number);
}

async function sendPackets(
  packets: readonly Buffer[],
  addresses: readonly string[],
  port: number,
): Promise<void> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, resolve);
    });
    socket.setBroadcast(true);
    for (let time = 0; time < TIMES; time++) {
      for (const packet of packets) {
        for (const address of addresses) {
          await new Promise<void>((resolve, reject) =>
            socket.send(packet, port, address, (error) => (error ? reject(error) : resolve())),
          );
        }
      }
    }
  } finally {
    socket.close();
  }
}
