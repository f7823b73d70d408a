import { constants, getPriority, setPriority } from 'node:os';
import type { InventoryProvider } from '@moorline/model/ports';

/**
 * The provider, collecting behind everything that has an ordinary priority: a tenth of its time where all want it, so
 * that a busy device still answers. Without root's rights a priority that was given away could not be taken back, so it
 * is left as it is.
 */
export function atLowPriority(provider: InventoryProvider): InventoryProvider {
  if (process.geteuid?.() !== 0) return provider;
  const usual = getPriority();
  let collecting = 0;
  return {
    platform: provider.platform,
    classes: provider.classes,
    async collect(className, options) {
      if (collecting++ === 0) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
      try {
        return await provider.collect(className, options);
      } finally {
        if (--collecting === 0) setPriority(usual);
      }
    },
  };
}
