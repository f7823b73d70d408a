import { endianness } from 'node:os';
import { readAccounts } from '../accounts.ts';
import type { Host } from '../host.ts';
import { ipv6Text } from '../routes.ts';
import type { FoundRow } from '../rows.ts';

const TABLE_BYTES = 4 * 1024 * 1024;
/** @spec kernel include/net/tcp_states.h */
const TCP_STATES: Readonly<Record<string, string>> = {
  '01': 'Established',
  '02': 'SynSent',
  '03': 'SynReceived',
  '04': 'FinWait1',
  '05': 'FinWait2',
  '08': 'CloseWait',
  '09': 'LastAck',
  '0A': 'Listen',
  '0B': 'Closing',
};

/** @spec proc_net_tcp (kernel Documentation/networking); sockets that only wait to be forgotten are left out */
export async function* collectConnections(host: Host): AsyncIterable<FoundRow> {
  const { files, pace } = host;
  const names = new Map(readAccounts(files).map(({ userId, name }) => [String(userId), name]));
  for (const [file, protocol] of [
    ['tcp', 'TCP'],
    ['tcp6', 'TCP6'],
    ['udp', 'UDP'],
    ['udp6', 'UDP6'],
  ] as const) {
    const lines = (files.text(`/proc/net/${file}`, TABLE_BYTES) ?? '').split('\n').slice(1);
    for (const line of lines) {
      if (pace.due()) await pace.rest();
      const [, local, remote, code, , , , user] = line.trim().split(/\s+/);
      const here = endpoint(local);
      const there = endpoint(remote);
      const isUdp = protocol.startsWith('UDP');
      const state = isUdp ? 'Bound' : TCP_STATES[code ?? ''];
      if (!here || !there || state === undefined) continue;
      yield {
        Protocol: protocol,
        LocalAddress: here.address,
        LocalPort: here.port,
        RemoteAddress: there.port === 0 ? 'any' : there.address,
        RemotePort: there.port,
        State: state,
        UserName: user === undefined ? null : (names.get(user) ?? user),
      };
    }
  }
}

function endpoint(
  text: string | undefined,
): { readonly address: string; readonly port: number } | undefined {
  const [, hex, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text ?? '') ?? [];
  if (!hex || !port) return undefined;
  // Words of four bytes, each in the machine's own order.
  const bytes = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  const address = bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes.toString('hex'));
  return address === null ? undefined : { address, port: Number.parseInt(port, 16) };
}
