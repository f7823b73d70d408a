import { AdminApiError, parseJson } from './errors.ts';
import type { CallOptions, Transport } from './transport.ts';

/** What the path answers with its version, to be handed back as `ifMatch`. `what`: “a collection”. @throws AdminApiError */
export async function readVersioned<T>(
  transport: Transport,
  path: string,
  what: string,
  options: CallOptions,
): Promise<{ readonly value: T; readonly etag: string }> {
  const response = await transport.send(path, options);
  const value = parseJson(await response.text());
  const etag = response.headers.get('etag');
  if (value === undefined || etag === null) {
    throw new AdminApiError({
      code: 'client.unexpected_answer',
      message: `The answer is not ${what} with a version. A proxy may have changed it.`,
      status: response.status,
      requestId: response.headers.get('request-id'),
    });
  }
  // Both ends import the same contract; the server checks what it sends against it.
  return { value: value as T, etag };
}
