import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import {
  ActionFileBody,
  type ActionReportWire,
  AGENT_PATHS,
  accepts,
  DESIRED_CURSOR_HEADER,
  DocumentsBody,
  deviceUri,
  ENROL_PREFIX,
  EnrolBody,
  encodeInvitation,
  RECONNECT_SPREAD_HEADER,
  RenewBody,
  ReportsBody,
} from '@moorline/contracts/agent';
import {
  type Clock,
  rfc3339,
  silentLogger,
  systemClock,
  systemEntropy,
  uuidv7,
} from '@moorline/kernel';
import type { InventoryRow } from '@moorline/model';
import { openLocalCa, readCsr } from '@moorline/pki';
import { type WebSocket, WebSocketServer } from 'ws';
import { type CannedAnswer, deviceOf, problem, type SeenRequest, seen } from './seen-request.ts';
import { createStoredDocuments } from './stored-documents.ts';

/**
 * The authority's end of the agent protocol, in memory: real TLS 1.3 with a real CA, contracts/agent's
 * shapes, and levers for what may go wrong.
 */
export interface TestAuthority extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly documents: ReadonlyMap<string, readonly InventoryRow[]>;
  readonly reports: readonly ActionReportWire[];
  readonly channels: number;
  /** Device ids given out, in order. */
  readonly devices: readonly string[];
  /** Whether the certificate of that serial connects no longer. */
  isRevoked: (serial: string) => boolean;
  /** Life of the certificates issued from now on. */
  lifeMs: number;
  /** Whether answers say `actionsWaiting`. */
  saysActionsWaiting: boolean;
  /** Seconds over which devices are to spread their return; null: not said. */
  reconnectSpread: number | null;
  /** Answers a request in place of the protocol when it returns something. */
  intercept: (request: SeenRequest) => CannedAnswer | undefined;
  invitation(change?: { readonly rootFingerprint?: string; readonly url?: string }): string;
  desire(name: string, body: Readonly<Record<string, unknown>> | null): void;
  act(action: {
    id: string;
    kind: string;
    expiresAt?: string;
    parameters?: Readonly<Record<string, string>>;
  }): void;
  /** Wants the action ended, until it is reported. */
  cancel(id: string): void;
  /** Files of actions, by the action's id. */
  readonly files: ReadonlyMap<string, Buffer>;
  forget(className: string): void;
  nudge(nudge: { desired?: boolean; actions?: boolean; inventory?: readonly string[] }): void;
  /** Closes every channel with the code. */
  closeChannels(code: number, reason?: string): void;
  /** Pings every channel and waits for the pongs. */
  ping(): Promise<void>;
  /** Stops listening and breaks every connection; `listen` comes back on the same port. */
  vanish(): Promise<void>;
  listen(): Promise<void>;
  /** Resolves when the condition holds; looked at after every request and channel event. */
  until(condition: () => boolean): Promise<void>;
}

export async function createTestAuthority(options: {
  readonly folder: string;
  /** Of the Date header. */
  readonly clock?: Clock;
}): Promise<TestAuthority> {
  const issuer = await openLocalCa({
    folder: join(options.folder, 'pki'),
    name: 'Test authority',
    clock: systemClock,
    entropy: systemEntropy,
    logger: silentLogger,
  });
  const { cert, key } = await issuer.issueServer(['127.0.0.1', 'localhost']);
  const dateClock = options.clock ?? systemClock;
  const requests: SeenRequest[] = [];
  const stored = createStoredDocuments();
  const reports: ActionReportWire[] = [];
  const desired = new Map<string, { version: number; body: object | null }>();
  const actions = new Map<string, { id: string; kind: string; expiresAt: string }>();
  const cancelled = new Set<string>();
  const files = new Map<string, Buffer>();
  const byKey = new Map<string, string>();
  const channels = new Set<WebSocket>();
  const waiters = new Set<() => void>();
  const secret = 'a secret of the test';
  const ticketKeys = randomBytes(48);
  let cursor = 0;
  let port = 0;
  let server: Server | undefined;

  const happened = (): void => {
    for (const look of [...waiters]) look();
  };

  const authority: TestAuthority = {
    get url() {
      return `https://127.0.0.1:${port}`;
    },
    requests,
    reports,
    devices: [],
    isRevoked: () => false,
    lifeMs: 90 * 24 * 3_600_000,
    saysActionsWaiting: true,
    reconnectSpread: null,
    intercept: () => undefined,
    get documents() {
      return stored.rows();
    },
    get channels() {
      return channels.size;
    },
    invitation: (change = {}) =>
      encodeInvitation(ENROL_PREFIX, {
        url: authority.url,
        rootFingerprint: issuer.caFingerprint,
        id: 'invitation-1',
        secret,
        ...change,
      }),
    desire(name, body) {
      cursor += 1;
      desired.set(name, { version: cursor, body });
    },
    files,
    act: ({ id, expiresAt = rfc3339(dateClock.now() + 3_600_000), ...rest }) => {
      actions.set(id, { id, expiresAt, ...rest });
    },
    cancel: (id) => {
      actions.delete(id);
      cancelled.add(id);
    },
    forget: (className) => stored.forget(className),
    nudge: (nudge) => {
      for (const channel of channels) channel.send(JSON.stringify({ type: 'nudge', ...nudge }));
    },
    closeChannels: (code, reason = '') => {
      for (const channel of channels) channel.close(code, reason);
    },
    async ping() {
      const pongs = [...channels].map(
        (channel) => new Promise((resolve) => channel.once('pong', resolve)),
      );
      for (const channel of channels) channel.ping();
      await Promise.all(pongs);
    },
    async vanish() {
      for (const channel of channels) channel.terminate();
      server?.closeAllConnections();
      await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
      server = undefined;
    },
    listen,
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition()) return;
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      }),
    [Symbol.asyncDispose]: () => authority.vanish(),
  };
  const given: string[] = authority.devices as string[]; // the authority's own list
  await listen();
  return authority;

  async function listen(): Promise<void> {
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    sockets.on('headers', (headers) => {
      if (authority.reconnectSpread === null) return;
      headers.push(`${RECONNECT_SPREAD_HEADER}: ${authority.reconnectSpread}`);
    });
    const created = createServer(
      {
        key,
        cert,
        ca: issuer.caCertificate,
        requestCert: true,
        rejectUnauthorized: false,
        minVersion: 'TLSv1.3',
        // A server that comes back opens the tickets of before.
        ticketKeys,
        sessionIdContext: 'test authority',
      },
      (request, response) => {
        handle(request, response).catch((error: unknown) => {
          response.writeHead(500).end(String(error));
        });
      },
    );
    created.on('upgrade', (request, socket, head) => {
      const refused = refusalOf(request);
      requests.push(seen(request, undefined));
      if (refused) {
        const text = JSON.stringify(refused.body);
        socket.end(
          `HTTP/1.1 ${refused.status} No\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
        );
        happened();
        return;
      }
      sockets.handleUpgrade(request, socket, head, (channel) => {
        channels.add(channel);
        const missed = missedSince(request.headers[DESIRED_CURSOR_HEADER]);
        if (missed) channel.send(JSON.stringify({ type: 'nudge', ...missed }));
        channel.on('close', () => {
          channels.delete(channel);
          happened();
        });
        happened();
      });
    });
    await new Promise<void>((resolve) => created.listen(port, '127.0.0.1', resolve));
    port = (created.address() as AddressInfo).port; // listens on TCP
    server = created;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    const raw = Buffer.concat(chunks);
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const call = seen(request, plain.length > 0 ? JSON.parse(plain.toString()) : undefined);
    requests.push(call);
    const canned = authority.intercept(call) ?? refusalOf(request);
    const isRun = canned === undefined || canned.cut === 'after';
    const answer = isRun ? await answerTo(call, request) : canned;
    if (canned?.cut) {
      request.socket.destroy();
    } else {
      response
        .writeHead(answer.status, {
          date: new Date(dateClock.now()).toUTCString(),
          'content-type': 'application/json',
          ...(answer.headers ?? {}),
        })
        .end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    }
    happened();
  }

  function refusalOf(request: IncomingMessage): CannedAnswer | undefined {
    if (request.url === AGENT_PATHS.enrol) return undefined;
    const socket = request.socket as TLSSocket; // of an https server
    const { serial } = seen(request, undefined);
    if (!socket.authorized)
      return problem(401, 'enrolment.certificate_missing', 'Show a certificate.');
    return authority.isRevoked(serial)
      ? problem(
          403,
          'enrolment.certificate_revoked',
          'This device was retired by an administrator.',
        )
      : undefined;
  }

  async function answerTo(call: SeenRequest, request: IncomingMessage): Promise<CannedAnswer> {
    const { body } = call;
    switch (`${call.method} ${call.path}`) {
      case `POST ${AGENT_PATHS.enrol}`:
        if (!accepts(EnrolBody, body)) return problem(400, 'request.invalid', 'Not an enrolment.');
        if (body.token !== authority.invitation()) {
          return problem(403, 'enrolment.token_expired', 'The token has expired. Make a new one.');
        }
        return issue(body.csr, undefined);
      case `POST ${AGENT_PATHS.renew}`:
        if (!accepts(RenewBody, body)) return problem(400, 'request.invalid', 'Not a renewal.');
        return issue(body.csr, deviceOf(request));
      case `POST ${AGENT_PATHS.documents}`:
        if (!accepts(DocumentsBody, body)) return problem(400, 'request.invalid', 'Not documents.');
        return stored.store(body);
      case `GET ${AGENT_PATHS.desired}`:
        return desiredSince(call.query.get('cursor'));
      case `GET ${AGENT_PATHS.actions}`:
        return {
          status: 200,
          body: {
            actions: [...actions.values()],
            ...(cancelled.size > 0 ? { cancelled: [...cancelled] } : {}),
          },
        };
      case `POST ${AGENT_PATHS.files}`: {
        if (!accepts(ActionFileBody, body)) return problem(400, 'request.invalid', 'No piece.');
        const present = files.get(body.id) ?? Buffer.alloc(0);
        const isNext = present.length === body.offset;
        const whole = isNext ? Buffer.concat([present, Buffer.from(body.data, 'base64')]) : present;
        files.set(body.id, whole);
        return { status: 200, body: { receivedBytes: whole.length } };
      }
      case `POST ${AGENT_PATHS.reports}`:
        if (!accepts(ReportsBody, body)) return problem(400, 'request.invalid', 'Not reports.');
        for (const report of body.reports) {
          reports.push(report);
          actions.delete(report.id);
          cancelled.delete(report.id);
        }
        return { status: 204 };
      default:
        return problem(404, 'request.unknown', 'There is nothing here.');
    }
  }

  async function issue(csr: string, known: string | undefined): Promise<CannedAnswer> {
    const spki = Buffer.from(await readCsr(csr)).toString('base64');
    const deviceId = known ?? byKey.get(spki) ?? uuidv7(systemClock, systemEntropy);
    if (!byKey.has(spki) && !known) given.push(deviceId);
    byKey.set(spki, deviceId);
    const issued = await issuer.issueFromCsr(csr, {
      kind: 'client',
      uri: deviceUri(deviceId),
      commonName: deviceId,
      lifeMs: authority.lifeMs,
    });
    return {
      status: 200,
      body: {
        deviceId,
        certificate: issued.pem,
        caCertificate: issuer.caCertificate,
        renewAfter: rfc3339(issued.renewAfter),
        authorityName: 'Test authority',
      },
    };
  }

  function missedSince(cursorOf: string | string[] | undefined): object | undefined {
    if (cursorOf === undefined) return undefined;
    const hasMoved = [...desired.values()].some(({ version }) => version > Number(cursorOf));
    return hasMoved || actions.size > 0
      ? { ...(hasMoved && { desired: true }), ...(actions.size > 0 && { actions: true }) }
      : undefined;
  }

  function desiredSince(since: string | null): CannedAnswer {
    const after = Number(since ?? 0);
    const moved = [...desired].filter(([, { version }]) => version > after);
    return {
      status: 200,
      body: {
        cursor: String(cursor),
        documents: moved.flatMap(([name, { version, body }]) =>
          body ? [{ name, version, body }] : [],
        ),
        removed: moved.flatMap(([name, { body }]) => (body ? [] : [name])),
        ...(authority.saysActionsWaiting ? { actionsWaiting: actions.size > 0 } : {}),
      },
    };
  }
}
