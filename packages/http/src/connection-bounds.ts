import type { Server } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface ConnectionBounds {
  /** Open connections without a verified client certificate, in all. */
  readonly total: number;
  /** The same, from one remote address. */
  readonly perAddress: number;
}

export const DEFAULT_BOUNDS: ConnectionBounds = { total: 4096, perAddress: 1024 };

export interface OpenSockets {
  /** Cuts every connection off. */
  destroyAll(): void;
}

/**
 * Bounds connections of strangers, from the beginning of their handshake on: what is too many is cut off before TLS
 * costs anything. A connection stops counting when TLS has verified its client certificate. `track` is called with
 * each new connection; `take` when it is to begin, and answers whether it may. One that waits for that does not count:
 * the devices of an office behind one address are strangers only as long as they shake hands.
 */
export function boundConnections(
  server: Server,
  bounds: ConnectionBounds,
  exempt: readonly string[],
): OpenSockets & {
  readonly track: (socket: Socket) => void;
  readonly take: (socket: Socket) => boolean;
} {
  const open = new Set<Socket>();
  const strangers = new Map<string, string>();
  const perAddress = new Map<string, number>();
  const proxies = blockList(exempt);

  function forget(socket: Socket): void {
    const key = keyOf(socket);
    const address = strangers.get(key);
    if (address === undefined) return;
    strangers.delete(key);
    const left = (perAddress.get(address) ?? 1) - 1;
    if (left > 0) perAddress.set(address, left);
    else perAddress.delete(address);
  }
  function onClose(this: Socket): void {
    open.delete(this);
    forget(this);
  }
  function take(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    const count = perAddress.get(address) ?? 0;
    if (!isExempt(proxies, address)) {
      if (strangers.size >= bounds.total || count >= bounds.perAddress) {
        socket.destroy();
        return false;
      }
      strangers.set(keyOf(socket), address);
      perAddress.set(address, count + 1);
    }
    return true;
  }
  function track(socket: Socket): void {
    open.add(socket);
    socket.on('close', onClose);
  }
  server.on('secureConnection', (socket: Socket) => {
    if (socket instanceof TLSSocket && showsCertificate(socket)) forget(socket);
  });
  return {
    track,
    take,
    destroyAll() {
      for (const socket of open) socket.destroy();
    },
  };
}

// Node calls every resumed session authorized, also that of a client that never showed a certificate.
function showsCertificate(socket: TLSSocket): boolean {
  if (!socket.authorized) return false;
  return !socket.isSessionReused() || socket.getPeerX509Certificate() !== undefined;
}

// The TCP socket and the TLS socket over it have this in common, also after they are closed.
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

function blockList(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of addresses) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function isExempt(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
