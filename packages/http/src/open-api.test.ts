import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '@moorline/kernel';
import { Type } from 'typebox';
import { createListener } from './listener.ts';
import { registerOpenApi } from './open-api.ts';

test('routes are described with their schemas and who may call them', async () => {
  await using listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
  });
  const { app } = listener;
  await registerOpenApi(app, { title: 'Test', version: '0.1.0' });
  const body = Type.Object(
    { name: Type.String({ maxLength: 8 }) },
    { additionalProperties: false },
  );
  app.post('/v1.0/things', { config: { access: 'actor' }, schema: { body } }, async () => ({}));
  app.get('/healthz', { config: { access: 'public' } }, async () => ({}));
  const { url } = await listener.listen();
  const response = await fetch(`${url}/openapi.json`);
  assert.equal(response.status, 200);
  const document = JSON.parse(await response.text());
  assert.equal(document.openapi, '3.1.0');
  assert.deepEqual(Object.keys(document.paths), ['/v1.0/things', '/healthz']);
  const { post } = document.paths['/v1.0/things'];
  assert.deepEqual(post.security, [{ token: [] }]);
  assert.deepEqual(document.paths['/healthz'].get.security, []);
  assert.deepEqual(post.requestBody.content['application/json'].schema, {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string', maxLength: 8 } },
    additionalProperties: false,
  });
});
