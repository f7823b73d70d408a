import { MoorlineError } from '@moorline/kernel';
import type { TenantAnswer } from './tenant-client.ts';

/** Of an answer that does not say why in the words of a tenant. */
export const UNEXPLAINED = 'uplink.tenant_error';

const CODE = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/;

/** The error that the tenant answered with, under its own code and in its own words. */
export function problemOf(answer: TenantAnswer): MoorlineError {
  const body: Readonly<Record<string, unknown>> =
    answer.body !== null && typeof answer.body === 'object' ? { ...answer.body } : {};
  const { code, detail, cursor } = body;
  const status = answer.status >= 400 && answer.status <= 599 ? answer.status : 502;
  return new MoorlineError(
    {
      code: typeof code === 'string' && CODE.test(code) ? code : UNEXPLAINED,
      kind: status >= 500 || status === 429 ? 'unavailable' : 'failure',
      // The tenant's 401 is about this site, never about the administrator who asked.
      status: status === 401 ? 403 : status >= 500 ? 502 : status,
      text:
        typeof detail === 'string'
          ? detail.slice(0, 2000)
          : `The tenant answered ${answer.status} without saying why. Look at the log of the tenant.`,
    },
    typeof cursor === 'string' ? { cursor } : {},
  );
}
