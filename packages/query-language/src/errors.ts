import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const queryLanguageErrors: Readonly<Record<'tooSlow' | 'busy' | 'failed', ErrorFactory>> =
  defineErrors({
    tooSlow: {
      code: 'query.too_slow',
      kind: 'failure',
      text: 'Checking this query took longer than {limitMs} ms and was ended. Write a shorter one.',
    },
    busy: {
      code: 'query.busy',
      kind: 'unavailable',
      text: 'Too many queries are being checked at this moment. Try again in a few seconds.',
    },
    failed: {
      code: 'query.check_failed',
      kind: 'failure',
      text: 'The language service cannot check this query. Write it in another way; the docs on collections have examples.',
    },
  });
