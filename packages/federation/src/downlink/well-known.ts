import {
  FEDERATION_PROTOCOL,
  IDLE_SECONDS,
  type PublishedEndpoint,
  WELL_KNOWN_IDLE_PATH,
  WELL_KNOWN_PATH,
  WellKnown,
  WellKnownIdleAnswer,
} from '@moorline/contracts/federation';
import { type HttpApp, httpErrors } from '@moorline/http';
import { type Clock, rfc3339, type TaskGroup } from '@moorline/kernel';
import { Type } from 'typebox';

/** Silent requests that are held at once: in all, and of one address. */
const MOST_HELD = 256;
const MOST_HELD_OF_ADDRESS = 4;

/** What a site must reach of this tenant. All of it is one listener today; each purpose is judged by itself. */
export function publishedEndpoints(gatewayUrl: string): readonly PublishedEndpoint[] {
  const { hostname, port } = new URL(gatewayUrl);
  const at = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
  return [
    {
      id: 'gateway',
      ...at,
      transport: 'https',
      purpose: 'Attaching, renewal of the certificate, upload of changes',
      critical: true,
      since: '0.1.0',
    },
    {
      id: 'uplink',
      ...at,
      transport: 'webSocket',
      purpose: 'Actions and live reads at once; without it they come by long polling',
      critical: false,
      since: '0.1.0',
    },
  ];
}

/**
 * `/.well-known/moorline`: for anybody who reaches the gateway, since a site asks before it is attached.
 * @spec docs/protocols/federation.md §7
 */
export function registerWellKnown(
  app: HttpApp,
  deps: { readonly gatewayUrl: () => string; readonly clock: Clock; readonly tasks: TaskGroup },
): void {
  const { clock, tasks } = deps;
  app.get(
    WELL_KNOWN_PATH,
    { config: { access: 'public' }, schema: { response: { 200: WellKnown } } },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return {
        federation: { oldest: 1, newest: FEDERATION_PROTOCOL },
        time: rfc3339(clock.now()),
        endpoints: [...publishedEndpoints(deps.gatewayUrl())],
      };
    },
  );

  const held = new Map<string, number>();
  let total = 0;
  app.get(
    WELL_KNOWN_IDLE_PATH,
    {
      config: { access: 'public' },
      schema: {
        querystring: Type.Object({ seconds: Type.Integer({ minimum: 1, maximum: IDLE_SECONDS }) }),
        response: { 200: WellKnownIdleAnswer },
      },
    },
    async (request, reply) => {
      const { seconds } = request.query;
      const mine = held.get(request.ip) ?? 0;
      if (total >= MOST_HELD || mine >= MOST_HELD_OF_ADDRESS) {
        throw httpErrors.tooManyRequests({ retryAfterSeconds: IDLE_SECONDS });
      }
      total += 1;
      held.set(request.ip, mine + 1);
      const gone = new AbortController();
      const onClose = (): void => gone.abort();
      reply.raw.once('close', onClose);
      try {
        const signal = AbortSignal.any([gone.signal, tasks.signal]);
        await clock.sleep(seconds * 1000, { signal }).catch(() => {}); // nobody waits any more, or we stop
        return { seconds };
      } finally {
        reply.raw.off('close', onClose);
        total -= 1;
        const left = (held.get(request.ip) ?? 1) - 1;
        if (left > 0) held.set(request.ip, left);
        else held.delete(request.ip);
      }
    },
  );
}
