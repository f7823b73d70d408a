import type { Bus } from '@moorline/bus';
import { ADMIN_PATHS, type LiveEvent } from '@moorline/contracts/admin';
import type { Database } from '@moorline/db';
import { type HttpApp, openEventStream } from '@moorline/http';
import type { AuthorityId, Clock } from '@moorline/kernel';
import type { Actor, Permission } from '@moorline/model';
import { actorOf } from '../../request-actor.ts';
import { batchOf } from '../../request-origin.ts';
import { ACCESS_CHANGED, LIVE } from '../../topics.ts';
import { accessErrors, authorize } from '../access/index.ts';
import { graphErrors } from './errors.ts';
import { createLiveFeed } from './live-feed.ts';
import { createReachedEvents } from './reached-events.ts';

const HEARTBEAT_MS = 15_000;
/** The stream ends and comes back: whose session or role has ended does not. */
const STREAM_LIFE_MS = 5 * 60_000;
const MAX_STREAMS = 256;

const NEEDED: Readonly<Record<LiveEvent['topic'], Permission>> = {
  device: 'devices.read',
  collection: 'groups.read',
  action: 'actions.read',
  connector: 'connectors.read',
  cloudAttach: 'connectors.read',
  reset: 'devices.read',
};

/** GET events: what changes, as server-sent events; needs `devices.read`, each topic its own permission. */
export function eventsRoute(
  app: HttpApp,
  deps: {
    readonly authorityId: AuthorityId;
    readonly database: Database;
    readonly bus: Bus;
    readonly clock: Clock;
  },
): void {
  const { authorityId, database, bus, clock } = deps;
  app.get(
    ADMIN_PATHS.events,
    {
      config: { access: 'actor' },
      schema: {
        summary: 'Live changes, as server-sent events',
        tags: ['Events'],
        response: {
          200: { type: 'string', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        },
      },
    },
    (request, reply) => {
      if (batchOf(request)) throw graphErrors.streamInBatch();
      const actor = actorOf(request);
      authorize(actor, NEEDED.reset);
      if (app.eventStreams.size >= MAX_STREAMS) throw graphErrors.tooManyStreams();
      const stream = openEventStream(request, reply, { heartbeatMs: HEARTBEAT_MS });
      let sequence = 0;
      const send = (event: LiveEvent): void => {
        stream.send({ event: event.topic, data: event, id: String(++sequence) });
      };
      // A browser says the last id that it saw when it comes back: what it missed meanwhile is not known.
      if (request.headers['last-event-id'] !== undefined) send({ topic: 'reset', ids: [] });
      const feed = createLiveFeed({ clock, signal: stream.signal, send });
      const reached = createReachedEvents({ authorityId, database, actor });
      const subscriptions = [
        bus.subscribe(LIVE, async (event) => {
          if (!maySee(actor, event.topic)) return;
          const seen = await reached(event, NEEDED[event.topic]);
          if (seen && !stream.signal.aborted) feed(seen);
        }),
        // It comes back with what its owner may see from now on.
        bus.subscribe(ACCESS_CHANGED, () => stream.close()),
      ];
      stream.signal.addEventListener(
        'abort',
        () => {
          for (const subscription of subscriptions) subscription[Symbol.dispose]();
        },
        { once: true },
      );
      clock.sleep(STREAM_LIFE_MS, { signal: stream.signal }).then(
        () => stream.close(),
        () => {},
      );
    },
  );
}

function maySee(actor: Actor, topic: LiveEvent['topic']): boolean {
  try {
    authorize(actor, NEEDED[topic]);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === accessErrors.denied.spec.code) {
      return false;
    }
    throw error;
  }
}
