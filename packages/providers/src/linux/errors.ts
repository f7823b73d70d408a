import { defineErrors, type ErrorFactory } from '@moorline/kernel';

type Code = 'classNotCollected' | 'sourceUnreadable';

/** What a provider throws; everything else that cannot be read is null in a row. */
export const providerErrors: { readonly [K in Code]: ErrorFactory } = defineErrors({
  classNotCollected: {
    code: 'inventory.class_not_collected',
    kind: 'failure',
    status: 404,
    text: 'The class {className} is not collected on this platform. Ask for one of the classes that the provider lists.',
  },
  sourceUnreadable: {
    code: 'inventory.source_unreadable',
    kind: 'unavailable',
    text: 'The file {path} holds inventory but cannot be read now ({reason}). The last document stays valid; the next cycle tries again. If it stays so, give the agent the right to read the file.',
  },
});
