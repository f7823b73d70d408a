import { AGENT_PATHS } from '@moorline/contracts/agent';
import { type AttemptLimiter, createTokenBuckets, type Listener } from '@moorline/http';
import type { Clock, Entropy, Logger } from '@moorline/kernel';
import type { DeviceNudger, DevicePort } from '@moorline/model/ports';
import { createChannels } from './channels.ts';
import { createDeviceAccess } from './device-access.ts';
import { createReconnectSpread } from './reconnect-spread.ts';
import { auditRefused, type RecordRefusal } from './refused.ts';
import { registerAgentRoutes } from './routes.ts';

export { agentErrors } from './errors.ts';
export type { GatewayRefusal, RecordRefusal } from './refused.ts';

export interface AgentGatewayDeps {
  readonly devicePort: DevicePort;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly logger: Logger;
  /** Told to devices when they enrol. */
  readonly authorityName: string;
  /** Of failed enrolments, per remote address. */
  readonly limiter: AttemptLimiter;
  /** Told of every request that is refused, whether by the gateway or by the port. Must return at once. */
  readonly refused: RecordRefusal;
  /** What one device may send: bursts, then so many a second. */
  readonly quotas?: Partial<DeviceQuotas>;
  /** Channels that may be looked up at once before more are asked to come later; default 1,000. */
  readonly maxArriving?: number;
  /** Devices that are likely to return, because they were there before this process began; default none. */
  readonly expected?: number;
}

export interface DeviceQuotas {
  readonly requestBurst: number;
  readonly requestsPerSecond: number;
  readonly documentBurst: number;
  readonly documentsPerSecond: number;
}

/** Disposing it is `close`. */
export interface AgentGateway extends AsyncDisposable {
  readonly nudger: DeviceNudger;
  /** Devices whose channel is open. */
  connectedCount(): number;
  /** Closes the channels with 1001 and takes no more; the listener goes on until it is closed. Idempotent. */
  close(): Promise<void>;
}

const DEFAULT_QUOTAS: DeviceQuotas = {
  requestBurst: 300,
  requestsPerSecond: 50,
  documentBurst: 60,
  documentsPerSecond: 5,
};
const MAX_DEVICES = 200_000;

/**
 * Serves the agent protocol on a listener that asks for client certificates: requests and the channel, both
 * translated to the DevicePort. The DevicePort decides; this authenticates, validates, bounds and carries.
 * @spec docs/protocols/agent.md
 */
export function registerAgentGateway(listener: Listener, deps: AgentGatewayDeps): AgentGateway {
  const { devicePort, clock } = deps;
  const quotas = { ...DEFAULT_QUOTAS, ...deps.quotas };
  const buckets = (capacity: number, refillPerSecond: number) =>
    createTokenBuckets(clock, { capacity, refillPerSecond, maxKeys: MAX_DEVICES });
  const access = createDeviceAccess(
    devicePort,
    buckets(quotas.requestBurst, quotas.requestsPerSecond),
  );
  const spread = createReconnectSpread(deps.expected);
  auditRefused(listener.app, deps.refused);
  registerAgentRoutes(listener.app, {
    devicePort,
    access,
    authorityName: deps.authorityName,
    limiter: deps.limiter,
    documents: buckets(quotas.documentBurst, quotas.documentsPerSecond),
    spread,
  });
  const channels = createChannels({ ...deps, access, spread });
  listener.onUpgrade(AGENT_PATHS.channel, (upgrade) => channels.accept(upgrade));
  return {
    nudger: channels.nudger,
    connectedCount: () => channels.size,
    close: () => channels.close(),
    [Symbol.asyncDispose]: () => channels.close(),
  };
}
