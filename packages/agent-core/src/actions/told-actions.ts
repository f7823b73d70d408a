import type { InventoryProvider } from '@moorline/model/ports';
import type { ActionHandler } from './action-handler.ts';

const CLASS = 'ClientAction';
const REASON_LENGTH = 500;

/** The provider, and beside its classes the one that tells which actions this client can carry out. */
export function withToldActions(
  provider: InventoryProvider,
  handlers: () => ReadonlyMap<string, ActionHandler>,
): InventoryProvider {
  return {
    platform: provider.platform,
    get classes() {
      return [...provider.classes, CLASS];
    },
    async collect(className, options = {}) {
      if (className !== CLASS) return provider.collect(className, options);
      const told = [...handlers()].map(async ([kind, handler]) => {
        const reason = (await handler.unsupported?.()) ?? null;
        return {
          Action: kind,
          Supported: reason === null,
          Reason: reason?.slice(0, REASON_LENGTH) ?? null,
        };
      });
      return Promise.all(told);
    },
  };
}
