import { AdminApiError } from '@moorline/admin-client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

/**
 * The cache of what the host answered. `onSignedOut` is called when a request is refused for want of a
 * session: it ended, or the account was disabled.
 */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown): void => {
    if (error instanceof AdminApiError && error.code === 'access.not_signed_in') onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // Live events say when something is out of date.
        staleTime: 30_000,
        retry: (failures, error) =>
          failures < 2 &&
          error instanceof AdminApiError &&
          (error.status === 0 || error.status >= 502),
        retryDelay: (attempt) => 400 * 2 ** attempt,
      },
    },
  });
}
