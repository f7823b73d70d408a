import { type ActionId, isUuid } from '@moorline/kernel';
import { agentErrors } from './errors.ts';

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

/** @throws `agent.time_invalid` @spec RFC 3339 §5.6, UTC only */
export function checkTime(field: string, text: string): void {
  const timeMs = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!(timeMs >= EARLIEST_MS && timeMs < LATEST_MS)) throw agentErrors.timeInvalid({ field });
}

/** @throws `agent.id_invalid` */
export function actionId(field: string, text: string): ActionId {
  if (!isUuid(text)) throw agentErrors.idInvalid({ field });
  return text as ActionId;
}
