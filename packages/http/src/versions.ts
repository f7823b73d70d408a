import type { FastifyRequest } from 'fastify';

/** A version as the entity tag of an answer. @spec RFC 9110 §8.8.3 */
export function versionTag(version: number): string {
  return `W/"${version}"`;
}

/**
 * The version that If-Match names; null: any.
 * @throws what `changedMeanwhile` makes, for a tag that is none of ours
 * @spec RFC 9110 §13.1.1
 */
export function expectedVersion(
  { headers }: FastifyRequest,
  changedMeanwhile: () => Error,
): number | null {
  const tag = headers['if-match'];
  if (tag === undefined || tag === '*') return null;
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(tag)?.[1];
  if (version === undefined) throw changedMeanwhile();
  return Number(version);
}
