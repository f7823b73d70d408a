import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const listingErrors: Readonly<Record<'skipTokenInvalid', ErrorFactory>> = defineErrors({
  skipTokenInvalid: {
    code: 'odata.skiptoken_invalid',
    kind: 'failure',
    text: 'The $skiptoken does not belong to this list. Follow @odata.nextLink as it was given, or start again without it.',
  },
});
