import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const policyErrors: Readonly<Record<'changedMeanwhile' | 'classUnknown', ErrorFactory>> =
  defineErrors({
    changedMeanwhile: {
      code: 'policy.changed_meanwhile',
      kind: 'failure',
      status: 412,
      text: 'The client settings have changed since they were read. Read them again, and repeat the change with the new ETag.',
    },
    classUnknown: {
      code: 'policy.class_unknown',
      kind: 'failure',
      text: 'There is no inventory class "{className}" to disable. {hint}',
    },
  });
