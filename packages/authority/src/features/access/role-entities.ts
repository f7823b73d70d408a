import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TNull, type TObject, type TString, Type } from 'typebox';
import { accessErrors } from './errors.ts';

// What the routes of roles, assignments and scope tags have alike: Graph's shapes, and versions as entity tags.

export const config: { readonly access: 'actor' } = { access: 'actor' };
export const tags: string[] = ['Roles'];
export const params: TObject<{ id: TString }> = Type.Object({ id: Type.String({ maxLength: 64 }) });
export const gone: { readonly 204: TNull } = { 204: Type.Null() };

const CONTEXT = '/v1.0/$metadata#deviceManagement/';

export function entity<T extends TObject>(
  schema: T,
): TObject<{ '@odata.context': TString } & T['properties']> {
  return Type.Object({ '@odata.context': Type.String(), ...schema.properties });
}

export function one<T extends object>(name: string, item: T): T & { '@odata.context': string } {
  return { '@odata.context': `${CONTEXT}${name}/$entity`, ...item };
}

export function collection<T>(name: string, value: T[]): { '@odata.context': string; value: T[] } {
  return { '@odata.context': `${CONTEXT}${name}`, value };
}

export function noContent(reply: FastifyReply): FastifyReply {
  return reply.code(204).send(null);
}

/** @spec RFC 9110 §8.8.3 */
export function tagOf({ version }: { readonly version: number }): string {
  return `W/"${version}"`;
}

/** The version that If-Match names; null: any. @throws `access.changed_meanwhile` for a tag that is none of ours */
export function expectedOf(request: FastifyRequest): number | null {
  const tag = request.headers['if-match'];
  if (tag === undefined || tag === '*') return null;
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(tag)?.[1];
  if (version === undefined) throw accessErrors.changedMeanwhile();
  return Number(version);
}
