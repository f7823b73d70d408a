import type { AttachEndpoint } from '@moorline/contracts/admin';
import { rfc3339 } from '@moorline/kernel';
import { docsLink } from '../prerequisites/docs-link.ts';
import type { SurveyedEndpoint } from './survey.ts';

/** The endpoint as the admin API shows it. */
export function presentEndpoint({ endpoint, result, checkedAt }: SurveyedEndpoint): AttachEndpoint {
  const { id, host, port, transport, purpose, critical, since } = endpoint;
  return {
    id,
    host,
    port,
    transport,
    purpose,
    critical,
    since,
    status: result === null ? 'notChecked' : result.passed ? 'pass' : 'fail',
    result:
      result?.sentence ??
      'Not contacted: it is not below the name of the tenant, and a site goes nowhere else on a tenant’s word.',
    stage: result?.stage ?? null,
    checkedDateTime: result === null ? null : rfc3339(checkedAt),
    durationMs: result?.durationMs ?? null,
    addresses: [...(result?.addresses ?? [])],
    proxy: result?.proxy ?? null,
    link: docsLink(`endpoint-${id.toLowerCase()}`),
  };
}
