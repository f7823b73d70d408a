import { isIP } from 'node:net';
import { type PublishedEndpoint, WellKnown } from '@moorline/contracts/federation';
import type { Clock } from '@moorline/kernel';
import { Compile } from 'typebox/compile';
import { isStorableText } from '../../text-safety.ts';
import type { Route } from '../proxy/route.ts';
import { type ProbeResult, probe } from './probe.ts';

/** Whom to look for: the tenant of the attachment, or of a join token. */
export interface SurveyedTenant {
  /** Origin of the gateway. */
  readonly url: string;
  /** SHA-256 hex of the root that must answer. */
  readonly rootFingerprint: string;
}

export interface SurveyedEndpoint {
  readonly endpoint: PublishedEndpoint;
  /** Null: this site does not go there. */
  readonly result: ProbeResult | null;
  readonly checkedAt: number;
}

/** What a site sees of its tenant from where it stands. */
export interface Survey {
  readonly tenant: SurveyedTenant;
  readonly checkedAt: number;
  readonly endpoints: readonly SurveyedEndpoint[];
  /** Null when it could not be read. */
  readonly wellKnown: WellKnown | null;
  /** By how much the tenant's clock is ahead of this one's, and how far off that may be. */
  readonly clock: { readonly aheadMs: number; readonly errorMs: number } | null;
}

const wellKnownOf = Compile(WellKnown);

/** Looks at every endpoint that the tenant publishes, beginning with the one that its address names. */
export async function survey(
  tenant: SurveyedTenant,
  deps: {
    readonly route: Route;
    readonly clock: Clock;
    readonly signal?: AbortSignal;
    /** What it published before, for when that cannot be read now. */
    readonly known?: readonly PublishedEndpoint[];
  },
): Promise<Survey> {
  const { clock } = deps;
  const options = { ...deps, rootFingerprint: tenant.rootFingerprint };
  const gateway = gatewayOf(tenant.url);
  const first = await probe(gateway, options);
  const body = first.answer?.body;
  const wellKnown = wellKnownOf.Check(body) && isStorableText(body) ? body : null;
  const published = wellKnown?.endpoints ?? deps.known ?? [];
  const isGateway = (one: PublishedEndpoint): boolean =>
    one.host === gateway.host && one.port === gateway.port && one.transport === 'https';
  const all = published.some(isGateway) ? published : [gateway, ...published];
  const endpoints = await Promise.all(
    all.map(async (endpoint): Promise<SurveyedEndpoint> => {
      const result = isGateway(endpoint)
        ? first
        : isBelow(endpoint.host, gateway.host)
          ? await probe(endpoint, options)
          : null;
      return { endpoint, result, checkedAt: clock.now() };
    }),
  );
  return {
    tenant,
    checkedAt: clock.now(),
    endpoints,
    wellKnown,
    clock: wellKnown && first.answer ? clockDifference(wellKnown.time, first.answer) : null,
  };
}

/** The endpoint that a tenant's address names by itself: what is known before it publishes anything. */
export function gatewayOf(url: string): PublishedEndpoint {
  const { hostname, port } = new URL(url);
  return {
    id: 'gateway',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 443),
    transport: 'https',
    purpose: 'Attaching, renewal of the certificate, upload of changes',
    critical: true,
    since: '0.1.0',
  };
}

// A tenant says where to connect to: never to a host that is not its own, such as one of the site's network.
function isBelow(host: string, gateway: string): boolean {
  return host === gateway || (isIP(gateway) === 0 && host.endsWith(`.${gateway}`));
}

/** The tenant looked at its clock somewhere between the request and its answer. */
function clockDifference(
  time: string,
  { sentAt, receivedAt }: { readonly sentAt: number; readonly receivedAt: number },
): Survey['clock'] {
  const theirs = Date.parse(time);
  if (Number.isNaN(theirs)) return null;
  return { aheadMs: theirs - (sentAt + receivedAt) / 2, errorMs: (receivedAt - sentAt) / 2 };
}
