import type { StatusMessage } from '@moorline/contracts/admin';
import type { Survey } from './survey.ts';

/** The reference product's numbers, which its administrators know and their tools look for. */
export const STATUS_MESSAGE_IDS = {
  allPass: 11410,
  notCriticalFails: 11411,
  criticalFails: 11412,
  serviceCutOff: 11488,
} as const;

/** The component that the reference product raises them from. */
export const STATUS_COMPONENT = 'SMS_SERVICE_CONNECTOR';

export type Verdict = Pick<StatusMessage, 'messageId' | 'severity' | 'message'>;

/** What a survey means to whoever runs the site. `isConnected`: the uplink is open all the same. */
export function verdictOf({ endpoints, tenant }: Survey, isConnected: boolean): Verdict {
  const failed = endpoints.filter(({ result }) => result !== null && !result.passed);
  const told = failed
    .map(
      ({ endpoint, result }) =>
        `${endpoint.id} (${endpoint.host}:${endpoint.port}): ${result?.sentence}`,
    )
    .join(' ');
  if (failed.some(({ endpoint }) => endpoint.critical)) {
    return isConnected
      ? {
          messageId: STATUS_MESSAGE_IDS.criticalFails,
          severity: 'error',
          message: `A critical internet endpoint fails. ${told}`,
        }
      : {
          messageId: STATUS_MESSAGE_IDS.serviceCutOff,
          severity: 'critical',
          message: `This site cannot reach the endpoints that cloud attach requires at ${tenant.url}. ${told}`,
        };
  }
  if (failed.length > 0) {
    return {
      messageId: STATUS_MESSAGE_IDS.notCriticalFails,
      severity: 'warning',
      message: `An internet endpoint fails that is not critical. ${told}`,
    };
  }
  return {
    messageId: STATUS_MESSAGE_IDS.allPass,
    severity: 'info',
    message: `All internet endpoints of ${tenant.url} are reached.`,
  };
}
