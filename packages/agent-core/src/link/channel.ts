import type { IncomingMessage } from 'node:http';
import {
  AGENT_PATHS,
  accepts,
  CHANNEL_CLOSE,
  CLIENT_VERSION_HEADER,
  DESIRED_CURSOR_HEADER,
  DESIRED_CURSOR_PATTERN,
  NudgeMessage,
  RECONNECT_SPREAD_HEADER,
} from '@moorline/contracts/agent';
import type { Clock } from '@moorline/kernel';
import { WebSocket } from 'ws';
import type { AuthorityClient } from './authority-client.ts';
import { parseJson, readProblem } from './problem.ts';
import type { ReconnectSpread } from './reconnect-spread.ts';
import { retryAfterMs } from './retry-after.ts';
import { connectionProblem } from './tls-problem.ts';

/** Why a channel ended, for the choice of what to do next. */
export type ChannelEnd =
  | { readonly kind: 'lost'; readonly reason: string; readonly retryAfterMs: number }
  /** The certificate did not get through; the text is the TLS library's. */
  | { readonly kind: 'certificateRejected'; readonly reason: string }
  | { readonly kind: 'revoked'; readonly reason: string }
  | { readonly kind: 'replaced'; readonly reason: string };

export interface ChannelHandlers {
  /** @param willNudge the authority was told the cursor, and nudges when something was missed */
  opened(willNudge: boolean): void;
  nudged(nudge: Nudge): void;
}

/** What the authority has a word about. */
export interface Nudge {
  readonly desired: boolean;
  readonly actions: boolean;
  /** Inventory classes that it wants now. */
  readonly inventory: readonly string[];
}

const HANDSHAKE_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 1_000;
const LONGEST_REFUSAL_BYTES = 16 * 1024;
const LONGEST_MESSAGE_BYTES = 64 * 1024;
// The authority pings every 50 s: two looks without any make 2.5 min of silence or more.
const LOOK_MS = 75_000;
const SILENT_LOOKS = 2;

/**
 * Opens the channel and stays until it ends, whatever ends it; with the signal it closes in order.
 * @spec RFC 6455
 */
export async function keepChannel(
  deps: {
    readonly client: AuthorityClient;
    readonly clientVersion: string;
    readonly clock: Clock;
    readonly spread: ReconnectSpread;
    /** Of the desired state that is kept here; null: none. */
    readonly cursor: string | null;
  },
  handlers: ChannelHandlers,
  signal: AbortSignal,
): Promise<ChannelEnd> {
  const { client, clock } = deps;
  const address = client.url.replace(/^https/, 'wss') + AGENT_PATHS.channel;
  const cursor =
    deps.cursor !== null && DESIRED_CURSOR_PATTERN.test(deps.cursor) ? deps.cursor : null;
  const socket = new WebSocket(address, {
    agent: client.agent,
    headers: {
      [CLIENT_VERSION_HEADER]: deps.clientVersion,
      ...(cursor !== null && { [DESIRED_CURSOR_HEADER]: cursor }),
    },
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: LONGEST_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const ended = Promise.withResolvers<ChannelEnd>();
  const over = new AbortController();
  let closing: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    socket.close(CHANNEL_CLOSE.goingAway);
    // Of the wire, not of the clock: a server that does not answer the close must not hold up the stop.
    closing = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
  };
  let isHeard = true;
  let problem: ChannelEnd | undefined;

  socket.on('upgrade', ({ headers }) => deps.spread.observe(headers[RECONNECT_SPREAD_HEADER]));
  socket.on('open', () => handlers.opened(cursor !== null));
  socket.on('ping', () => {
    isHeard = true;
  });
  socket.on('message', (data, isBinary) => {
    isHeard = true;
    const message = isBinary ? undefined : parseJson(String(data));
    // A newer authority may say more than this agent knows.
    if (accepts(NudgeMessage, message)) {
      handlers.nudged({
        desired: message.desired === true,
        actions: message.actions === true,
        inventory: message.inventory ?? [],
      });
    }
  });
  socket.on('unexpected-response', (_request, response) => {
    refusal(response, clock).then((end) => {
      problem = end;
      socket.terminate();
    });
  });
  socket.on('error', (error) => {
    const known = connectionProblem(client.url, error);
    problem ??=
      known.code === 'agent.certificate_rejected'
        ? { kind: 'certificateRejected', reason: known.message }
        : { kind: 'lost', reason: known.message, retryAfterMs: 0 };
  });
  socket.on('close', (code, reason) => ended.resolve(problem ?? endOf(code, String(reason))));

  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const watching = watchSilence();
  try {
    return await ended.promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(closing);
    over.abort();
    await watching;
    socket.terminate();
  }

  async function watchSilence(): Promise<void> {
    try {
      for (let silent = 0; silent < SILENT_LOOKS; ) {
        isHeard = false;
        await clock.sleep(LOOK_MS, { signal: over.signal });
        silent = isHeard ? 0 : silent + 1;
      }
      problem = { kind: 'lost', reason: 'the server has been silent', retryAfterMs: 0 };
      socket.terminate();
    } catch (error) {
      if (!over.signal.aborted) throw error;
    }
  }
}

/** What a server says that answers the upgrade with something else. */
async function refusal(response: IncomingMessage, clock: Clock): Promise<ChannelEnd> {
  const status = response.statusCode ?? 0;
  let text = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) {
      text += chunk;
      if (text.length > LONGEST_REFUSAL_BYTES) break;
    }
  } catch {
    // Cut off: the status says enough.
  }
  const problem = readProblem(parseJson(text), status);
  return status === 401 || status === 403
    ? { kind: 'revoked', reason: problem.text }
    : {
        kind: 'lost',
        reason: problem.text,
        retryAfterMs: retryAfterMs(response.headers['retry-after'], clock),
      };
}

function endOf(code: number, reason: string): ChannelEnd {
  if (code === CHANNEL_CLOSE.revoked) return { kind: 'revoked', reason };
  if (code === CHANNEL_CLOSE.replaced) return { kind: 'replaced', reason };
  const why = code === CHANNEL_CLOSE.goingAway ? 'the server is going down' : `close code ${code}`;
  return { kind: 'lost', reason: reason || why, retryAfterMs: 0 };
}
