import type { QueryOptionName } from '@moorline/codecs/odata';
import {
  ADMIN_PATHS,
  Collection,
  CollectionDefinition,
  CollectionMember,
  CollectionSample,
  CollectionWhatIf,
  ConfigManagerCollection,
  CreateCollection,
  InventoryClassAnswer,
  MembershipExplanation,
  QueryCheck,
  QueryCompletionAnswer,
  QueryPosition,
  QueryText,
  UpdateCollection,
} from '@moorline/contracts/admin';
import { expectedVersion, type HttpApp, versionTag } from '@moorline/http';
import { Type } from 'typebox';
import { collectionOf, contextOf, narrow, queryOf, querySchema } from '../../listing/answer.ts';
import { PAGE } from '../../listing/list.ts';
import { actorOf } from '../../request-actor.ts';
import { originOf } from '../../request-origin.ts';
import { COLLECTION } from './entity.ts';
import { groupErrors } from './errors.ts';
import type { Groups } from './groups.ts';

const path = ADMIN_PATHS.configManagerCollections;
const CONTEXT = 'deviceManagement/configManagerCollections';
const LIST_OPTIONS: readonly QueryOptionName[] = [
  '$filter',
  '$orderby',
  '$select',
  '$top',
  '$skip',
  '$count',
  '$search',
  '$skiptoken',
];
const GET_OPTIONS: readonly QueryOptionName[] = ['$select'];

const config = { access: 'actor' } as const;
const tags = ['Collections'];
const Id = Type.String({ maxLength: 64 });
const params = Type.Object({ id: Id });
const Selected = Type.Partial(ConfigManagerCollection);
const Answer = Type.Object({ '@odata.context': Type.String(), ...Selected.properties });

/** configManagerCollections: the resource, its members, and what may be asked before it is changed. */
export function groupRoutes(app: HttpApp, groups: Groups): void {
  resourceRoutes(app, groups);
  memberRoutes(app, groups);
  questionRoutes(app, groups);
}

function resourceRoutes(app: HttpApp, groups: Groups): void {
  app.get(
    path,
    {
      config,
      schema: {
        summary: 'Collections',
        tags,
        querystring: querySchema(LIST_OPTIONS),
        response: { 200: Collection(Selected) },
      },
    },
    async (request) => {
      const options = queryOf(request, COLLECTION, LIST_OPTIONS);
      const page = await groups.list(actorOf(request), options);
      return collectionOf(request, CONTEXT, options, page);
    },
  );

  app.post(
    path,
    {
      config,
      schema: {
        summary: 'Makes a collection; its members are found before the answer',
        tags,
        body: CreateCollection,
        response: { 201: Answer },
      },
    },
    async (request, reply) => {
      const created = await groups.create(actorOf(request), request.body);
      const { id } = created.collection;
      return reply
        .code(201)
        .header('etag', versionTag(created.version))
        .header('location', `${originOf(request)}${path}/${id}`)
        .send({
          '@odata.context': `${contextOf(request, CONTEXT, null)}/$entity`,
          ...created.collection,
        });
    },
  );

  app.get(
    `${path}/:id`,
    {
      config,
      schema: {
        summary: 'One collection',
        tags,
        params,
        querystring: querySchema(GET_OPTIONS),
        response: { 200: Answer },
      },
    },
    async (request, reply) => {
      const { select } = queryOf(request, COLLECTION, GET_OPTIONS);
      const found = await groups.get(actorOf(request), request.params.id);
      return reply.header('etag', versionTag(found.version)).send({
        '@odata.context': `${contextOf(request, CONTEXT, select)}/$entity`,
        ...narrow(found.collection, select),
      });
    },
  );

  app.patch(
    `${path}/:id`,
    {
      config,
      schema: {
        summary: 'Changes a collection; its members are found before the answer',
        tags,
        params,
        body: UpdateCollection,
        response: { 200: Answer },
      },
    },
    async (request, reply) => {
      const expected = expectedVersion(request, groupErrors.changedMeanwhile);
      const { id } = request.params;
      const updated = await groups.update(actorOf(request), id, request.body, expected);
      return reply.header('etag', versionTag(updated.version)).send({
        '@odata.context': `${contextOf(request, CONTEXT, null)}/$entity`,
        ...updated.collection,
      });
    },
  );

  app.delete(
    `${path}/:id`,
    {
      config,
      schema: { summary: 'Deletes a collection', tags, params, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await groups.remove(
        actorOf(request),
        request.params.id,
        expectedVersion(request, groupErrors.changedMeanwhile),
      );
      return reply.code(204).send(null);
    },
  );
}

function memberRoutes(app: HttpApp, groups: Groups): void {
  app.get(
    `${path}/:id/members`,
    {
      config,
      schema: {
        summary: 'Devices in the collection, by name',
        tags,
        params,
        querystring: Type.Object(
          {
            $top: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE.max })),
            $skiptoken: Type.Optional(Type.String({ maxLength: 4096 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Collection(CollectionMember) },
      },
    },
    async (request) => {
      const { $top: top = PAGE.default, $skiptoken: skipToken = null } = request.query;
      const { id } = request.params;
      const page = await groups.members(actorOf(request), id, { top, skipToken });
      const next = `${originOf(request)}${path}/${id}/members?$top=${top}&$skiptoken=`;
      return {
        '@odata.context': contextOf(request, `${CONTEXT}('${id}')/members`, null),
        ...(page.skipToken === null ? {} : { '@odata.nextLink': `${next}${page.skipToken}` }),
        value: [...page.members],
      };
    },
  );

  app.get(
    `${path}/:id/members/:deviceId/why`,
    {
      config,
      schema: {
        summary: 'Why the device is a member, or is not',
        tags,
        params: Type.Object({ id: Id, deviceId: Id }),
        response: { 200: MembershipExplanation },
      },
    },
    async (request) => {
      const { id, deviceId } = request.params;
      return groups.why(actorOf(request), id, deviceId);
    },
  );

  app.get(
    `${ADMIN_PATHS.managedDevices}/:id/collections`,
    {
      config,
      schema: {
        summary: 'Collections that the device is in',
        tags,
        params,
        response: {
          200: Type.Object({
            value: Type.Array(Type.Object({ id: Type.String(), displayName: Type.String() })),
          }),
        },
      },
    },
    async (request) => ({
      value: [...(await groups.groupsOf(actorOf(request), request.params.id))],
    }),
  );
}

function questionRoutes(app: HttpApp, groups: Groups): void {
  app.post(
    `${path}/preview`,
    {
      config,
      schema: {
        summary: 'Who would be in a collection of this definition',
        tags,
        body: CollectionDefinition,
        response: { 200: CollectionSample },
      },
    },
    async (request) => groups.preview(actorOf(request), request.body),
  );

  app.post(
    `${path}/:id/whatIf`,
    {
      config,
      schema: {
        summary: 'Who would enter and leave the collection under this definition',
        tags,
        params,
        body: CollectionDefinition,
        response: { 200: CollectionWhatIf },
      },
    },
    async (request) => groups.whatIf(actorOf(request), request.params.id, request.body),
  );

  app.post(
    `${path}/checkQuery`,
    {
      config,
      schema: {
        summary: 'What is wrong with a query, and where',
        tags,
        body: QueryText,
        response: { 200: QueryCheck },
      },
    },
    async (request) => groups.checkQuery(actorOf(request), request.body.query),
  );

  app.post(
    `${path}/completeQuery`,
    {
      config,
      schema: {
        summary: 'What may stand at a place of a query',
        tags,
        body: QueryPosition,
        response: { 200: QueryCompletionAnswer },
      },
    },
    async (request) => {
      const { query, position } = request.body;
      return groups.completeQuery(actorOf(request), query, position);
    },
  );

  app.get(
    `${path}/queryClasses`,
    {
      config,
      schema: {
        summary: 'Classes and columns that queries of rules may name',
        tags,
        response: {
          200: Type.Object({
            value: Type.Array(Type.Pick(InventoryClassAnswer, ['name', 'description', 'columns'])),
          }),
        },
      },
    },
    async (request) => ({
      value: groups.queryClasses(actorOf(request)).map(({ name, description, columns }) => ({
        name,
        description,
        columns: columns.map((column) => ({
          name: column.name,
          type: column.type,
          ...(column.unit === undefined ? {} : { unit: column.unit }),
          description: column.description,
        })),
      })),
    }),
  );
}
