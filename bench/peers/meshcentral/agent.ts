import { createHash, randomBytes, sign } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { MeshAgentKey } from './agent-keys.ts';

/** A device as MeshCentral's own agents present themselves; made of its public protocol, meshagent.js. */
export interface MeshAgent {
  /** As MeshCentral names it. */
  readonly nodeId: string;
  readonly socket: WebSocket;
}

const COMMAND = { authenticate: 1, certificate: 2, info: 3, accepted: 4 } as const;
const MESH_ID = createHash('sha384').update('bench').digest();
const HASH_BYTES = 48;
const LINUX_X64 = 6;
const CONNECT_MS = 30_000;

/** Connects, proves its key, and resolves when the server has accepted it. */
export function connectMeshAgent(
  port: number,
  name: string,
  { key, certificate }: MeshAgentKey,
): Promise<MeshAgent> {
  const socket = new WebSocket(`wss://localhost:${port}/agent.ashx`, {
    rejectUnauthorized: false,
    perMessageDeflate: false,
  });
  const accepted = Promise.withResolvers<MeshAgent>();
  const late = setTimeout(() => {
    accepted.reject(new Error('MeshCentral did not accept the agent in time'));
    socket.terminate();
  }, CONNECT_MS);
  const nonce = randomBytes(HASH_BYTES);
  let serverHash: Buffer = Buffer.alloc(HASH_BYTES);
  socket.on('upgrade', ({ socket: raw }) => {
    if (!(raw instanceof TLSSocket)) return;
    serverHash = createHash('sha384').update(raw.getPeerCertificate().raw).digest();
  });
  socket.on('open', () =>
    socket.send(Buffer.concat([short(COMMAND.authenticate), serverHash, nonce])),
  );
  socket.on('message', (data) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.from(String(data));
    if (bytes[0] === 0x7b) {
      answer(socket, bytes.toString());
      return;
    }
    const command = bytes.readUInt16BE(0);
    if (command === COMMAND.authenticate) {
      const serverNonce = bytes.subarray(2 + HASH_BYTES);
      const signature = sign('sha384', Buffer.concat([serverHash, serverNonce, nonce]), key);
      const length = short(certificate.length);
      socket.send(Buffer.concat([short(COMMAND.certificate), length, certificate, signature]));
      socket.send(infoOf(name));
    } else if (command === COMMAND.accepted) {
      clearTimeout(late);
      accepted.resolve({ nodeId: nodeIdOf(key), socket });
    }
  });
  socket.on('error', accepted.reject);
  socket.on('close', () => {
    clearTimeout(late);
    accepted.reject(new Error('MeshCentral closed the connection'));
  });
  return accepted.promise;
}

/** Runs nothing: says that it was done, as the agent does after a command. */
function answer(socket: WebSocket, text: string): void {
  const message: { action?: unknown; [member: string]: unknown } = JSON.parse(text);
  if (message.action !== 'runcommands') return;
  const { cmds: _cmds, ...rest } = message;
  socket.send(
    Buffer.from(JSON.stringify({ ...rest, action: 'msg', type: 'runcommands', result: 'OK' })),
  );
}

function infoOf(name: string): Buffer {
  const text = Buffer.from(name);
  const numbers = Buffer.alloc(16);
  numbers.writeUInt32BE(1, 0);
  numbers.writeUInt32BE(LINUX_X64, 4);
  numbers.writeUInt32BE(0, 8);
  numbers.writeUInt32BE(4, 12);
  // No desktop, terminal, files, console or scripts: what the server then need not push.
  const capabilities = Buffer.alloc(4);
  return Buffer.concat([
    short(COMMAND.info),
    numbers,
    MESH_ID,
    capabilities,
    short(text.length),
    text,
  ]);
}

/** SHA-384 of the RSA public key, in MeshCentral's own base64. */
function nodeIdOf(key: MeshAgentKey['key']): string {
  const { n, e } = key.export({ format: 'jwk' });
  const integer = (base64url: string): Buffer => {
    const bytes = Buffer.from(base64url, 'base64url');
    const padded = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
    return Buffer.concat([Buffer.from([0x02]), derLength(padded.length), padded]);
  };
  const body = Buffer.concat([integer(n ?? ''), integer(e ?? '')]);
  const der = Buffer.concat([Buffer.from([0x30]), derLength(body.length), body]);
  const hash = createHash('sha384').update(der).digest('base64');
  return `node//${hash.replaceAll('+', '@').replaceAll('/', '$')}`;
}

function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  return length < 0x100
    ? Buffer.from([0x81, length])
    : Buffer.from([0x82, length >> 8, length & 0xff]);
}

function short(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
