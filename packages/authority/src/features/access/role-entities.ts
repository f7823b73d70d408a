import type { FastifyReply } from 'fastify';
import { type TNull, type TObject, type TString, Type } from 'typebox';

// What the routes of roles, assignments and scope tags have alike: Graph's shapes.

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
