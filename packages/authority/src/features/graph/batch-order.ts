import { graphErrors } from './errors.ts';

export interface Ordered {
  readonly id: string;
  readonly dependsOn?: readonly string[];
}

/**
 * Checks that every dependency is there and none leads back to itself.
 * @throws `batch.id_repeated`, `batch.dependency_unknown`, `batch.dependency_circular`
 * @spec OData JSON Format 4.01 §19.1
 */
export function checkDependencies(requests: readonly Ordered[]): void {
  const byId = new Map<string, Ordered>();
  for (const request of requests) {
    if (byId.has(request.id)) throw graphErrors.batchIdRepeated({ id: request.id });
    byId.set(request.id, request);
  }
  const settled = new Set<string>();
  const visit = (request: Ordered, path: ReadonlySet<string>): void => {
    if (settled.has(request.id)) return;
    if (path.has(request.id)) throw graphErrors.batchDependencyCircular({ id: request.id });
    const onward = new Set(path).add(request.id);
    for (const dependency of request.dependsOn ?? []) {
      const found = byId.get(dependency);
      if (!found) throw graphErrors.batchDependencyUnknown({ id: request.id, dependency });
      visit(found, onward);
    }
    settled.add(request.id);
  };
  for (const request of requests) visit(request, new Set());
}

/**
 * Runs every request after those that it depends on, the others side by side.
 * @param run `failed`: the first dependency that did not succeed, or null
 */
export async function runInOrder<Request extends Ordered, Answer>(
  requests: readonly Request[],
  run: (request: Request, failed: string | null) => Promise<Answer>,
  succeeded: (answer: Answer) => boolean,
): Promise<Answer[]> {
  const byId = new Map(requests.map((request) => [request.id, request]));
  const running = new Map<string, Promise<Answer>>();
  const start = (request: Request): Promise<Answer> => {
    const known = running.get(request.id);
    if (known) return known;
    const answer = (async () => {
      let failed: string | null = null;
      for (const id of request.dependsOn ?? []) {
        const dependency = byId.get(id);
        if (dependency && !succeeded(await start(dependency))) failed ??= id;
      }
      return run(request, failed);
    })();
    running.set(request.id, answer);
    return answer;
  };
  return Promise.all(requests.map(start));
}
