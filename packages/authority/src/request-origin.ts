import { AsyncLocalStorage } from 'node:async_hooks';
import type { HttpRequest } from '@moorline/http';
import type { Actor } from '@moorline/model';

/** The batch that a request is a part of: on whose behalf, and under which address it was asked for. */
export interface BatchOrigin {
  readonly actor: Actor;
  /** `https://host:port` of the batch itself. */
  readonly origin: string;
  /** Known to this process and this batch alone. */
  readonly nonce: string;
}

/** Header by which a part of a batch says the batch's nonce. It proves nothing by itself. */
export const BATCH_HEADER = 'moorline-batch';

const batches = new AsyncLocalStorage<BatchOrigin>();

/** Runs `dispatch` as parts of the batch. */
export function withinBatch<T>(batch: BatchOrigin, dispatch: () => T): T {
  return batches.run(batch, dispatch);
}

/**
 * The batch that the request is a part of, or null. Two things must agree: the call comes from inside the
 * batch's own execution, which nothing on the wire can bring about, and it says the batch's nonce.
 */
export function batchOf(request: HttpRequest): BatchOrigin | null {
  const batch = batches.getStore();
  return batch && request.headers[BATCH_HEADER] === batch.nonce ? batch : null;
}

/** Scheme and authority that the client used, for links in answers. */
export function originOf(request: HttpRequest): string {
  return batchOf(request)?.origin ?? `${request.protocol}://${request.host}`;
}
