import { AGENT_PATHS, accepts, DocumentsAnswer } from '@moorline/contracts/agent';
import { type Clock, type Logger, MoorlineError } from '@moorline/kernel';
import { agentErrors } from '../errors.ts';
import type { AuthorityClient } from '../link/authority-client.ts';
import type { AcknowledgedDocuments } from '../store/acknowledged-documents.ts';
import { type Batch, batchesOf, type OutgoingDocument } from './state-document.ts';

export interface UploadResult {
  readonly stored: number;
  /** Classes that the authority wants whole. */
  readonly resync: readonly string[];
  /** Classes that it does not take, with its words. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Sends documents in batches and moves the acknowledged state of each that was stored.
 * @throws the link's errors: what was stored before stays acknowledged, the rest is as unsent
 */
export async function uploadDocuments(
  deps: {
    readonly client: AuthorityClient;
    readonly acknowledged: AcknowledgedDocuments;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  documents: readonly OutgoingDocument[],
  options: { readonly signal: AbortSignal },
): Promise<UploadResult> {
  const { client, acknowledged, clock } = deps;
  const { batches, tooLong } = batchesOf(documents);
  const refused = new Map<string, string>(
    tooLong.map(({ className }) => [className, 'It is longer than the protocol allows.']),
  );
  const resync: string[] = [];
  let stored = 0;

  const acknowledge = async (taken: readonly OutgoingDocument[]): Promise<void> => {
    for (const { className, hash, rows } of taken) {
      await acknowledged.put(className, { hash, acknowledgedAt: clock.now() }, rows);
    }
    stored += taken.length;
  };
  const send = async (batch: Batch): Promise<void> => {
    try {
      const { body } = await client.send({
        method: 'POST',
        path: AGENT_PATHS.documents,
        body: batch.json,
        accept: [409],
        signal: options.signal,
      });
      const again = resyncOf(body);
      if (!again) {
        throw agentErrors.answerMalformed({
          url: client.url,
          method: 'POST',
          path: AGENT_PATHS.documents,
        });
      }
      resync.push(...again);
      await acknowledge(batch.documents.filter(({ className }) => !again.includes(className)));
    } catch (error) {
      if (!(error instanceof MoorlineError) || error.code !== agentErrors.rejected.spec.code) {
        throw error;
      }
      const [only, ...others] = batch.documents;
      if (only && others.length === 0) {
        refused.set(only.className, error.message);
        return;
      }
      // One of them is at fault: alone, each gets its own answer.
      for (const document of batch.documents) {
        for (const single of batchesOf([document]).batches) await send(single);
      }
    }
  };

  for (const batch of batches) await send(batch);
  for (const [className, text] of refused) {
    deps.logger.warn({ className, text }, 'inventory document refused');
  }
  return { stored, resync, refused };
}

/** Classes to send whole: of a 200, or the extra member of a 409's problem. */
function resyncOf(body: unknown): readonly string[] | undefined {
  if (accepts(DocumentsAnswer, body)) return body.resync;
  const resync: unknown =
    body !== null && typeof body === 'object' ? Reflect.get(body, 'resync') : undefined;
  return Array.isArray(resync) && resync.every((name) => typeof name === 'string')
    ? resync
    : undefined;
}
