import { constants, getPriority, setPriority } from 'node:os';
import type { InventoryProvider } from '@moorline/model/ports';

/**
 * The provider, collecting only with the time that nobody else wants. Without root's rights a priority that was given
 * away could not be taken back, so it is left as it is.
 */
export function atIdlePriority(provider: InventoryProvider): InventoryProvider {
  if (process.geteuid?.() !== 0) return provider;
  const usual = getPriority();
  let collecting = 0;
  return {
    platform: provider.platform,
    classes: provider.classes,
    async collect(className, options) {
      if (collecting++ === 0) setPriority(constants.priority.PRIORITY_LOW);
      try {
        return await provider.collect(className, options);
      } finally {
        if (--collecting === 0) setPriority(usual);
      }
    },
  };
}
