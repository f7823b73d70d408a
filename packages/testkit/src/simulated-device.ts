import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import {
  AGENT_PATHS,
  AGENT_PROTOCOL,
  CLIENT_VERSION_HEADER,
  decodeInvitation,
  ENROL_PREFIX,
  type IdentityAnswer,
  type StateDocumentWire,
} from '@moorline/contracts/agent';
import { rfc3339, systemClock } from '@moorline/kernel';
import { canonicalRows, type InventoryRow, inventoryClass } from '@moorline/model';
import { createKeyAndCsr, pinRoot } from '@moorline/pki';
import { WebSocket } from 'ws';

const VERSION = '0.0.0-simulated';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One device over the real protocol, that does only what the caller says: for benches and for attacks. */
export interface SimulatedDevice extends AsyncDisposable {
  readonly deviceId: string;
  readonly name: string;
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Any request with the device's certificate. */
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Sends a class whole. */
  putDocument(className: string, rows: readonly InventoryRow[]): Promise<Answer>;
  /** Opens the channel; resolves once it is open. */
  openChannel(): Promise<WebSocket>;
}

export interface Gateway {
  readonly url: string;
  /** PEM of the pinned root. */
  readonly ca: string;
  readonly tokenText: string;
}

/**
 * One request to a gateway on a connection of its own, with a client certificate or (null) without.
 * @param body a Buffer goes out as it is, anything else as JSON
 */
export async function askGateway(
  gateway: Pick<Gateway, 'url' | 'ca'>,
  identity: { readonly cert: string; readonly key: string } | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const agent = new Agent({ ca: gateway.ca, ...identity, keepAlive: false });
  try {
    return await exchange(gateway.url, agent, method, path, body);
  } finally {
    agent.destroy();
  }
}

/** Follows an invitation to its gateway, once for any number of devices. */
export async function openGateway(invitation: string): Promise<Gateway> {
  const decoded = decodeInvitation(ENROL_PREFIX, invitation);
  if (!decoded) throw new Error('this is no invitation to enrol');
  return {
    url: decoded.url,
    ca: await pinRoot(decoded.url, decoded.rootFingerprint),
    tokenText: invitation,
  };
}

/** Enrols for real: own key, CSR, certificate. */
export async function enrolSimulatedDevice(
  gateway: Gateway,
  name: string,
): Promise<SimulatedDevice> {
  const { privateKey, csr } = await createKeyAndCsr(name);
  const enrolled = await askGateway(gateway, null, 'POST', AGENT_PATHS.enrol, {
    protocol: AGENT_PROTOCOL,
    token: gateway.tokenText,
    csr,
    deviceName: name,
    clientVersion: VERSION,
  });
  if (enrolled.status !== 200 && enrolled.status !== 201) {
    throw new Error(`enrolment was answered ${enrolled.status}: ${JSON.stringify(enrolled.body)}`);
  }
  const identity = enrolled.body as IdentityAnswer;
  const tls = { ca: gateway.ca, cert: identity.certificate, key: privateKey };
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 2 });
  const channels = new Set<WebSocket>();
  const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
    exchange(gateway.url, agent, method, path, body);
  return {
    deviceId: identity.deviceId,
    name,
    certificate: identity.certificate,
    privateKey,
    send,
    putDocument(className, rows) {
      const declared = inventoryClass(className);
      if (!declared) throw new Error(`there is no inventory class ${className}`);
      const document: StateDocumentWire = {
        className,
        hash: createHash('sha256').update(canonicalRows(declared, rows)).digest('hex'),
        collectedAt: rfc3339(systemClock.now()),
        rows: [...rows],
      };
      return send('POST', AGENT_PATHS.documents, { documents: [document] });
    },
    async openChannel() {
      const url = gateway.url.replace(/^https/, 'wss') + AGENT_PATHS.channel;
      const socket = new WebSocket(url, { ...tls, perMessageDeflate: false });
      await once(socket, 'open');
      channels.add(socket);
      return socket;
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      for (const socket of channels) socket.terminate();
    },
  };
}

function payloadOf(body: unknown): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.from(JSON.stringify(body));
}

function exchange(
  origin: string,
  agent: Agent,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const payload = payloadOf(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, origin),
      {
        agent,
        method,
        headers: {
          [CLIENT_VERSION_HEADER]: VERSION,
          ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            body: text === '' ? null : JSON.parse(text),
          });
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(payload);
  });
}
