import { DownMessage, FEDERATION_PATHS, UPLINK_CLOSE } from '@moorline/contracts/federation';
import type { Clock } from '@moorline/kernel';
import { Compile } from 'typebox/compile';
import WebSocket from 'ws';
import { watchLiveness } from '../liveness.ts';
import { BROKE, closeReason } from './close-reason.ts';
import { problemOf, UNEXPLAINED } from './problem.ts';
import { connectivityHint } from './proxy/http-hints.ts';
import type { IdleLimit } from './proxy/idle-limit.ts';
import type { TenantClient } from './tenant-client.ts';
import { type ChannelEvents, type UplinkChannel, WebSocketBlocked } from './uplink-channel.ts';

const OPEN_TIMEOUT_MS = 15_000;
const MAX_DOWN_BYTES = 256 * 1024;
const down = Compile(DownMessage);

/** Dials the tenant. @spec RFC 6455 */
export function openWebSocket(
  options: {
    readonly tenantUrl: string;
    readonly client: TenantClient;
    readonly idleLimit: IdleLimit;
    readonly clock: Clock;
  },
  events: ChannelEvents,
): UplinkChannel {
  const { clock, idleLimit } = options;
  let failure: Error | undefined;
  let isSecure = false;
  let isGreeted = false;
  let trafficAt = clock.now();
  const noteTraffic = (): void => {
    trafficAt = clock.now();
  };
  const socket = new WebSocket(
    new URL(FEDERATION_PATHS.uplink, options.tenantUrl.replace(/^https:/, 'wss:')),
    {
      ...options.client.socketOptions,
      perMessageDeflate: false,
      maxPayload: MAX_DOWN_BYTES,
      handshakeTimeout: OPEN_TIMEOUT_MS,
      followRedirects: false,
      finishRequest(request) {
        request.once('socket', (under) =>
          under.once('secureConnect', () => {
            isSecure = true;
          }),
        );
        request.end();
      },
    },
  );
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => {
      if (chunks.length < 16) chunks.push(chunk);
    });
    response.once('close', () => {
      const status = response.statusCode ?? 0;
      const problem = problemOf({ status, body: parse(Buffer.concat(chunks).toString('utf8')) });
      failure = isOfTenant(problem.code) ? problem : new WebSocketBlocked(refusal(status));
      socket.terminate();
    });
  });
  socket.on('error', (error) => {
    failure ??= error;
  });
  for (const event of ['ping', 'pong'] as const) socket.on(event, noteTraffic);
  socket.once('open', () => {
    noteTraffic();
    events.opened();
  });
  socket.on('message', (data, isBinary) => {
    noteTraffic();
    const message = isBinary ? undefined : parse(String(data));
    if (!down.Check(message)) {
      socket.close(UPLINK_CLOSE.protocol, 'That is not a message of the protocol.');
      return;
    }
    if (message.type === 'hello') isGreeted = true;
    events.message(message);
  });
  socket.once('close', (code, reason) => {
    const silentMs = clock.now() - trafficAt;
    if (code === BROKE && isGreeted) idleLimit.observed(silentMs);
    const isCut = code === BROKE && isSecure && !isGreeted;
    if (isCut && (failure === undefined || !(failure instanceof WebSocketBlocked))) {
      // The tenant's own refusals come as an answer; this is a connection that stood and was cut.
      failure =
        failure && 'code' in failure && isOfTenant(String(failure.code))
          ? failure
          : new WebSocketBlocked('the connection was cut before the tenant greeted');
    }
    events.closed(closeReason(code, String(reason)), failure);
  });
  const hangUp = (): void => {
    if (socket.readyState === WebSocket.OPEN) socket.close(UPLINK_CLOSE.goingAway);
    else socket.terminate();
  };
  return {
    hangUp,
    cut: () => socket.terminate(),
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    watch: (signal) => watchLiveness(socket, { clock, intervalMs: idleLimit.signOfLifeMs, signal }),
  };
}

/** Codes that a tenant gives a WebSocket that it does not want; others come from what stands before it. */
function isOfTenant(code: string): boolean {
  // A request from which the wish for a WebSocket was taken finds no such path.
  return code !== UNEXPLAINED && code !== 'request.not_found' && /^[a-z_]+\.[a-z_.]+$/.test(code);
}

function refusal(status: number): string {
  const hint = connectivityHint(status);
  return `the request for it was answered with ${status}${hint === null ? '' : ` (${hint.replace(/\.$/, '')})`}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
