import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const deviceErrors: Readonly<
  Record<'notFound' | 'changedMeanwhile' | 'attached', ErrorFactory>
> = defineErrors({
  notFound: {
    code: 'devices.not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no device {id} here. It may have been removed; look for it by name in the list of devices.',
  },
  changedMeanwhile: {
    code: 'devices.changed_meanwhile',
    kind: 'failure',
    status: 412,
    text: 'The device has changed since it was read. Read it again, and repeat the request with its new ETag.',
  },
  attached: {
    code: 'devices.managed_elsewhere',
    kind: 'failure',
    status: 409,
    text: '{name} is managed by {origin}, which uploads it here. Do this in the console of {origin}.',
  },
});
