import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { AGENT_PATHS } from '@moorline/contracts/agent';
import { createAttemptLimiter, createListener } from '@moorline/http';
import {
  type ActionId,
  type Clock,
  type DeviceId,
  defineErrors,
  silentLogger,
  systemClock,
  systemEntropy,
} from '@moorline/kernel';
import type {
  ActionFilePiece,
  AuthenticatedDevice,
  DeviceActionReport,
  DeviceNudge,
  DevicePort,
  EnrolRequest,
  IssuedIdentity,
  StateDocument,
} from '@moorline/model/ports';
import { WebSocket } from 'ws';
import {
  type AgentGateway,
  type AgentGatewayDeps,
  type GatewayRefusal,
  registerAgentGateway,
} from './index.ts';

const errors = defineErrors({
  tokenUnknown: {
    code: 'enrolment.token_unknown',
    kind: 'failure',
    status: 403,
    text: 'The token is not known.',
  },
  revoked: {
    code: 'enrolment.certificate_revoked',
    kind: 'failure',
    status: 403,
    text: 'The certificate is revoked.',
  },
});

export const IDENTITY: IssuedIdentity = {
  deviceId: '0191d5a0-0000-7000-8000-000000000001' as DeviceId,
  certificate: 'PEM of the device',
  caCertificate: 'PEM of the CA',
  renewAfter: '2026-03-01T00:00:00.000Z',
};
export const ACTION_ID = '0191d5a0-0000-7000-8000-00000000000a' as ActionId;

/** A DevicePort in memory that keeps what it was told, in order. */
export class RecordingPort implements DevicePort {
  readonly calls: string[] = [];
  readonly documents: StateDocument[] = [];
  readonly reports: DeviceActionReport[] = [];
  readonly enrolments: EnrolRequest[] = [];
  readonly contacts: { clientVersion?: string; remoteAddress: string }[] = [];
  readonly revoked: Set<string> = new Set();
  readonly resync: Set<string> = new Set();
  /** Device by connection. */
  readonly open: Map<string, string> = new Map();
  readonly #closings: EventEmitter = new EventEmitter();
  /** Awaited by putDocuments and by authenticate. */
  gate: Promise<void> = Promise.resolve();
  /** What devices missed while they were away. */
  missing: () => Promise<DeviceNudge> = async () => ({});
  /** Calls of authenticate. */
  lookUps = 0;

  async enrol(request: EnrolRequest): Promise<IssuedIdentity> {
    this.enrolments.push(request);
    if (request.token !== 'right') throw errors.tokenUnknown();
    return IDENTITY;
  }
  async renew(device: AuthenticatedDevice, csr: string): Promise<IssuedIdentity> {
    this.calls.push(`renew ${device.certificateSerial} ${csr}`);
    return { ...IDENTITY, deviceId: device.deviceId };
  }
  async authenticate({
    serial,
    uri,
  }: {
    serial: string;
    uri: string;
  }): Promise<AuthenticatedDevice> {
    this.lookUps += 1;
    await this.gate;
    if (this.revoked.has(serial)) throw errors.revoked();
    return {
      deviceId: uri.slice('urn:moorline:device:'.length) as DeviceId,
      certificateSerial: serial,
    };
  }
  channelOpened(device: AuthenticatedDevice, connectionId: string): void {
    this.calls.push(`opened ${device.deviceId}`);
    this.open.set(connectionId, device.deviceId);
  }
  channelClosed(device: AuthenticatedDevice, connectionId: string): void {
    this.calls.push(`closed ${device.deviceId}`);
    this.open.delete(connectionId);
    this.#closings.emit('closed');
  }
  /** Resolves when no channel is open. */
  async allClosed(): Promise<void> {
    while (this.open.size > 0) await once(this.#closings, 'closed');
  }
  contacted(
    _device: AuthenticatedDevice,
    facts: { clientVersion?: string; remoteAddress: string },
  ): void {
    this.contacts.push(facts);
  }
  async putDocuments(
    _device: AuthenticatedDevice,
    documents: readonly StateDocument[],
  ): Promise<{ stored: string[]; resync: string[] }> {
    await this.gate;
    this.documents.push(...documents);
    const names = documents.map((document) => document.className);
    return {
      stored: names.filter((name) => !this.resync.has(name)),
      resync: names.filter((name) => this.resync.has(name)),
    };
  }
  async desiredState(
    device: AuthenticatedDevice,
    cursor: string | null,
  ): ReturnType<DevicePort['desiredState']> {
    this.calls.push(`desired ${device.deviceId} ${cursor}`);
    const body = { policyPollMinutes: 60 };
    return { cursor: '7', documents: [{ name: 'client-settings', version: 3, body }], removed: [] };
  }
  missed(device: AuthenticatedDevice, cursor: string): Promise<DeviceNudge> {
    this.calls.push(`missed ${device.deviceId} ${cursor}`);
    return this.missing();
  }
  async waitingActions(): ReturnType<DevicePort['waitingActions']> {
    return [{ id: ACTION_ID, kind: 'refreshMachinePolicy', expiresAt: '2026-12-01T00:00:00.000Z' }];
  }
  readonly pieces: ActionFilePiece[] = [];
  async putActionFile(_device: AuthenticatedDevice, piece: ActionFilePiece): Promise<number> {
    this.pieces.push(piece);
    return piece.offset + piece.data.length;
  }

  async reportActions(
    _device: AuthenticatedDevice,
    reports: readonly DeviceActionReport[],
  ): Promise<void> {
    this.reports.push(...reports);
  }
}

export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The body, parsed when it is JSON. */
  readonly body: unknown;
}

export interface TestGateway extends AsyncDisposable {
  readonly port: RecordingPort;
  /** What the gateway told of, in order. */
  readonly refusals: readonly GatewayRefusal[];
  readonly gateway: AgentGateway;
  readonly tcpPort: number;
  ask(
    identity: Identity | null,
    method: 'GET' | 'POST',
    path: string,
    options?: { body?: unknown; bytes?: Uint8Array; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** A channel that is not awaited yet. */
  dial(identity: Identity | null, headers?: Record<string, string>): WebSocket;
  /** A channel that is open. */
  connect(identity: Identity): Promise<WebSocket>;
}

/** A gateway on a free port of loopback, with real mutual TLS and a port that records. */
export async function startGateway(
  server: { readonly cert: string; readonly key: string; readonly ca: string },
  options: { clock?: Clock } & Partial<Pick<AgentGatewayDeps, 'quotas' | 'maxArriving'>> = {},
): Promise<TestGateway> {
  const clock = options.clock ?? systemClock;
  const port = new RecordingPort();
  const refusals: GatewayRefusal[] = [];
  const listener = await createListener({
    name: 'gateway',
    host: '127.0.0.1',
    port: 0,
    tls: {
      ...server,
      requestClientCertificate: true,
      ticketKeys: { current: systemEntropy.bytes(48), former: [] },
    },
    logger: silentLogger,
    stopMs: 100,
  });
  const gateway = registerAgentGateway(listener, {
    devicePort: port,
    clock,
    entropy: systemEntropy,
    logger: silentLogger,
    authorityName: 'HQ1',
    refused: (refusal) => refusals.push(refusal),
    limiter: createAttemptLimiter(clock, { burst: 3, perMinute: 6 }),
    ...(options.quotas && { quotas: options.quotas }),
    ...(options.maxArriving !== undefined && { maxArriving: options.maxArriving }),
  });
  const { port: tcpPort } = await listener.listen();
  const target = { host: '127.0.0.1', port: tcpPort, ca: server.ca };
  const sockets = new Set<WebSocket>();

  function dial(identity: Identity | null, headers: Record<string, string> = {}): WebSocket {
    const socket = new WebSocket(`wss://127.0.0.1:${tcpPort}${AGENT_PATHS.channel}`, {
      ca: server.ca,
      ...identity,
      headers,
      perMessageDeflate: false,
    });
    sockets.add(socket);
    return socket;
  }

  return {
    port,
    refusals,
    gateway,
    tcpPort,
    dial,
    async ask(identity, method, path, { body, bytes, headers } = {}) {
      const request = httpsRequest({ ...target, ...identity, method, path, agent: false });
      if (body !== undefined) request.setHeader('content-type', 'application/json');
      for (const [name, value] of Object.entries(headers ?? {})) request.setHeader(name, value);
      request.end(bytes ?? (body === undefined ? undefined : JSON.stringify(body)));
      const [response]: IncomingMessage[] = await once(request, 'response');
      if (!response) throw new Error('no response');
      const raw = await text(response);
      const isJson = response.headers['content-type']?.includes('json');
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: isJson ? JSON.parse(raw) : raw,
      };
    },
    async connect(identity) {
      const socket = dial(identity);
      await once(socket, 'open');
      return socket;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.on('error', () => {}).terminate();
      await gateway.close();
      await listener.close();
    },
  };
}
