import {
  ActionReportWire,
  AGENT_LIMITS,
  AGENT_PATHS,
  accepts,
  type ReportsBody,
} from '@moorline/contracts/agent';
import { type Logger, MoorlineError } from '@moorline/kernel';
import { agentErrors } from '../errors.ts';
import type { AuthorityClient } from '../link/authority-client.ts';
import type { DurableQueue, QueuedMessage } from '../store/durable-queue.ts';
import { type ActionJournal, isFinal } from './journal.ts';

/** Brings reports to the authority in order, over restarts and outages. */
export interface Reporter {
  /** Keeps the report; the same one that waits already is not kept twice. */
  push(report: ActionReportWire): Promise<void>;
  /**
   * Sends until none waits. A report that the authority does not take is given up, with a warning in the log.
   * @throws the link's errors: what was not taken stays
   */
  flush(client: AuthorityClient, options: { readonly signal: AbortSignal }): Promise<void>;
}

export function createReporter(deps: {
  readonly queue: DurableQueue;
  readonly journal: ActionJournal;
  readonly logger: Logger;
}): Reporter {
  const { queue, journal, logger } = deps;

  const settle = async (messages: readonly QueuedMessage[]): Promise<void> => {
    await journal.reported(messages.flatMap(({ body }) => reportIn(body) ?? []));
    await queue.remove(messages.map(({ sequence }) => sequence));
  };
  const send = async (
    client: AuthorityClient,
    messages: readonly QueuedMessage[],
    signal: AbortSignal,
  ): Promise<void> => {
    const body: ReportsBody = { reports: messages.flatMap(({ body }) => reportIn(body) ?? []) };
    try {
      if (body.reports.length > 0) {
        await client.send({
          method: 'POST',
          path: AGENT_PATHS.reports,
          body: JSON.stringify(body),
          signal,
        });
      }
    } catch (error) {
      if (!(error instanceof MoorlineError) || error.code !== agentErrors.rejected.spec.code) {
        throw error;
      }
      if (messages.length > 1) {
        // One of them is at fault: alone, each gets its own answer.
        for (const message of messages) await send(client, [message], signal);
        return;
      }
      logger.warn({ err: error, report: messages[0]?.body }, 'report refused by the authority');
    }
    await settle(messages);
  };

  return {
    async push(report) {
      const waits = queue
        .peek(queue.size)
        .some(({ body }) => body.id === report.id && body.state === report.state);
      if (!waits) await queue.push({ ...report }, { final: isFinal(report) });
    },
    async flush(client, { signal }) {
      while (queue.size > 0) {
        await send(client, queue.peek(AGENT_LIMITS.reportsPerRequest), signal);
      }
    },
  };
}

function reportIn(body: unknown): ActionReportWire | undefined {
  return accepts(ActionReportWire, body) ? body : undefined;
}
