/** The authority's own words for a refusal, when its answer has them. @spec RFC 9457 §3.1 */
export function readProblem(
  body: unknown,
  status: number,
): { readonly text: string; readonly code: string } {
  return {
    text:
      member(body, 'detail') ?? member(body, 'title') ?? `it answered with HTTP status ${status}`,
    code: member(body, 'code') ?? '',
  };
}

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function member(body: unknown, name: string): string | undefined {
  if (body === null || typeof body !== 'object') return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' && value.length > 0 ? value : undefined;
}
