import { type ActionAnswer, ADMIN_PATHS } from '@moorline/contracts/admin';
import { iterate, type Page, readPage } from './collection.ts';
import { type LiveEventDeps, liveEvents } from './live-events.ts';
import { type ListOptions, listQuery } from './odata.ts';
import type { CallOptions } from './transport.ts';

/** Device actions and their hop trails. Every method: @throws AdminApiError */
export interface ActionsClient {
  get(id: string, options?: CallOptions): Promise<ActionAnswer>;
  /** One page, newest first; `filter` may name `managedDeviceId`. */
  list(options?: ListOptions & CallOptions): Promise<Page<ActionAnswer>>;
  nextPage(nextLink: string, options?: CallOptions): Promise<Page<ActionAnswer>>;
  iterate(options?: ListOptions & CallOptions): AsyncGenerator<ActionAnswer, void, undefined>;
  /**
   * Ends it, or asks whoever has it to end it; answers the action as it then stands, with what its cancellation waits
   * for.
   */
  cancel(id: string, options?: CallOptions): Promise<ActionAnswer>;
  /** The file that it has made, its body unread. */
  file(id: string, options?: CallOptions): Promise<Response>;
  /** Path of that file. */
  filePath(id: string): string;
  /**
   * The action now, and again whenever it has changed, up to its end. Live events say when to look; polling
   * carries on where they cannot be had.
   */
  follow(id: string, options?: FollowOptions): AsyncGenerator<ActionAnswer, void, undefined>;
  /** The action at its end: `follow`, of which only the last is kept. */
  wait(id: string, options?: FollowOptions): Promise<ActionAnswer>;
}

export interface FollowOptions extends CallOptions {
  /** Longest time between two looks; default 2,000. */
  readonly pollMs?: number | undefined;
}

export function createActionsClient(deps: LiveEventDeps): ActionsClient {
  const { transport, clock } = deps;
  const pathOf = (id: string): string => `${ADMIN_PATHS.actions}/${encodeURIComponent(id)}`;

  const client: ActionsClient = {
    get: (id, options = {}) => transport.json(pathOf(id), options),
    list: (options = {}) => readPage(transport, ADMIN_PATHS.actions + listQuery(options), options),
    nextPage: (nextLink, options = {}) => readPage(transport, nextLink, options),
    iterate: (options = {}) =>
      iterate(transport, ADMIN_PATHS.actions + listQuery(options), options),
    cancel: (id, options = {}) =>
      transport.json(`${pathOf(id)}/cancel`, { ...options, method: 'POST' }),

    filePath: (id) => `${pathOf(id)}/file`,
    file: (id, options = {}) => transport.send(`${pathOf(id)}/file`, { ...options, accept: '*/*' }),

    async *follow(id, options = {}) {
      const pollMs = options.pollMs ?? 2_000;
      const over = new AbortController();
      const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal;
      let wake = Promise.withResolvers<void>();
      const watch = async (): Promise<void> => {
        for await (const event of liveEvents(deps, { signal })) {
          const concerned =
            event.topic === 'reset' ||
            (event.topic === 'action' && (event.ids.length === 0 || event.ids.includes(id)));
          if (concerned) wake.resolve();
        }
      };
      // Refused live events are no reason to stop: the poll below sees the same refusal, or gets through.
      const watching = watch().catch(() => {});
      try {
        let seen = '';
        for (;;) {
          wake = Promise.withResolvers<void>();
          const action = await client.get(id, { signal });
          const sight = `${action.state} ${action.hops.length} ${action.cancellation?.reason}`;
          if (sight !== seen) yield action;
          seen = sight;
          if (action.isFinal) return;
          const rest = new AbortController();
          const pause = clock.sleep(pollMs, { signal: AbortSignal.any([signal, rest.signal]) });
          await Promise.race([wake.promise, pause.catch(() => {})]);
          rest.abort();
          options.signal?.throwIfAborted();
        }
      } finally {
        over.abort();
        await watching;
      }
    },
    async wait(id, options = {}) {
      let last: ActionAnswer | undefined;
      for await (const action of client.follow(id, options)) last = action;
      // `follow` gives at least one, or throws.
      return last ?? client.get(id, options);
    },
  };
  return client;
}
