import { defineErrors, type ErrorFactory } from '@moorline/kernel';

type Name = 'classUnknown' | 'changedMeanwhile';

export const policyErrors: Readonly<Record<Name, ErrorFactory>> = defineErrors({
  classUnknown: {
    code: 'policy.class_unknown',
    kind: 'failure',
    status: 400,
    text: 'There is no inventory class {className}.{hint} GET inventoryClasses lists them.',
  },
  changedMeanwhile: {
    code: 'policy.changed_meanwhile',
    kind: 'failure',
    status: 412,
    text: 'The client settings were changed by somebody else meanwhile. Read them again, then repeat your change.',
  },
});
