import { CLIENT_VERSION_HEADER } from '@moorline/contracts/agent';
import {
  httpErrors,
  type PeerCertificate,
  peerCertificate,
  type TokenBuckets,
} from '@moorline/http';
import type { AuthenticatedDevice, DevicePort } from '@moorline/model/ports';
import type { FastifyRequest } from 'fastify';
import { agentErrors } from './errors.ts';

const DEVICE_URI = 'urn:moorline:device:';
const CLIENT_VERSION = /^[\w.+-]{1,64}$/;

/** Who is at the other end, on every request anew: a revocation counts from its next one. */
export interface DeviceAccess {
  /** @throws `agent.not_a_device`, `request.too_many_requests`, `enrolment.*` */
  authenticate(peer: PeerCertificate): Promise<AuthenticatedDevice>;
  /** Route hook: sets `request.device`, notes the contact, counts the request. */
  onRequest(request: FastifyRequest): Promise<void>;
  /** The device of a request that came through the hook. */
  deviceOf(request: FastifyRequest): AuthenticatedDevice;
}

export function createDeviceAccess(devicePort: DevicePort, requests: TokenBuckets): DeviceAccess {
  async function authenticate(peer: PeerCertificate): Promise<AuthenticatedDevice> {
    // Connectors have certificates of the same CA: they are no devices.
    if (!peer.uri.startsWith(DEVICE_URI)) {
      throw agentErrors.notADevice({ uri: peer.uri.slice(0, 128) });
    }
    const device = await devicePort.authenticate({ serial: peer.serial, uri: peer.uri });
    spend(requests, device);
    return device;
  }
  return {
    authenticate,
    async onRequest(request) {
      const peer = peerCertificate(request);
      if (!peer) throw httpErrors.certificateRequired({ reason: 'none was shown' });
      request.device = await authenticate(peer);
      const clientVersion = clientVersionOf(request.headers[CLIENT_VERSION_HEADER]);
      devicePort.contacted(request.device, {
        ...(clientVersion !== undefined && { clientVersion }),
        remoteAddress: request.ip,
      });
    },
    deviceOf(request) {
      if (!request.device) throw new Error('the route does not authenticate its device');
      return request.device;
    },
  };
}

/** Takes a token of the device. @throws `request.too_many_requests` */
export function spend(buckets: TokenBuckets, device: AuthenticatedDevice): void {
  const waitMs = buckets.take(device.deviceId);
  if (waitMs > 0) {
    throw httpErrors.tooManyRequests({ retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }
}

function clientVersionOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && CLIENT_VERSION.test(header) ? header : undefined;
}
