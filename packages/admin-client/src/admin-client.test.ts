import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Clock, Entropy } from '@moorline/kernel';
import { systemClock } from '@moorline/kernel';
import { AdminApiError, type AdminClient, compare, createAdminClient } from './index.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A client of a real server on loopback that answers with `answer`. */
async function withServer(
  answer: Answer,
  work: (client: AdminClient, server: Server) => Promise<void>,
  options: { clock?: Clock; authorization?: () => string | undefined } = {},
): Promise<void> {
  // An assertion that fails in an answer fails the request, and so the test.
  const server = createServer(async (request, response) => {
    try {
      await answer(request, response);
    } catch (error) {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // Reconnections in these tests are to be at once.
  const entropy: Entropy = {
    bytes: (count) => new Uint8Array(count),
    fraction: () => 0,
  };
  try {
    await work(
      createAdminClient({ baseUrl: `http://127.0.0.1:${port}/`, entropy, ...options }),
      server,
    );
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

function action(state: string, hops: number): unknown {
  return {
    id: 'a1',
    managedDeviceId: 'd1',
    action: 'refreshMachinePolicy',
    state,
    isFinal: state === 'succeeded',
    requestedDateTime: '2026-01-01T00:00:00.000Z',
    expirationDateTime: '2026-01-01T01:00:00.000Z',
    requestedBy: 'admin',
    reason: state,
    hops: Array.from({ length: hops }, () => ({
      state,
      at: '2026-01-01T00:00:00.000Z',
      place: 'site',
      placeName: 'HQ1',
      reason: state,
    })),
    result: null,
  };
}

test('a list sends its options as OData, with quotes doubled, and reads the page', async () => {
  let asked = new URLSearchParams();
  await withServer(
    (request, response) => {
      asked = new URL(request.url ?? '', 'http://x').searchParams;
      json(response, { '@odata.context': '', '@odata.count': 7, value: [{ deviceName: 'pc' }] });
    },
    async (client) => {
      const page = await client.devices.list({
        filter: compare('deviceName', 'eq', "O'Brien & sons"),
        select: ['deviceName'],
        orderBy: [{ field: 'deviceName', descending: true }],
        top: 50,
        skip: 100,
        search: 'a "b"',
        count: true,
      });
      assert.equal(page.count, 7);
      assert.equal(page.items[0]?.deviceName, 'pc');
      assert.equal(page.nextLink, undefined);
    },
  );
  assert.deepEqual(Object.fromEntries(asked), {
    $filter: "deviceName eq 'O''Brien & sons'",
    $select: 'deviceName',
    $orderby: 'deviceName desc',
    $top: '50',
    $skip: '100',
    $search: '"a \\"b\\""',
    $count: 'true',
  });
});

test('iterating follows every nextLink, at the host the client was given whatever host the link names', async () => {
  const paths: string[] = [];
  await withServer(
    (request, response) => {
      paths.push(request.url ?? '');
      const first = !request.url?.includes('$skiptoken');
      json(response, {
        '@odata.context': '',
        value: first ? [{ id: '1' }, { id: '2' }] : [{ id: '3' }],
        ...(first
          ? {
              '@odata.nextLink':
                'https://elsewhere.invalid/v1.0/deviceManagement/managedDevices?$skiptoken=x',
            }
          : {}),
      });
    },
    async (client) => {
      const ids: string[] = [];
      for await (const device of client.devices.iterate({ top: 2 })) ids.push(device.id);
      assert.deepEqual(ids, ['1', '2', '3']);
    },
  );
  assert.deepEqual(paths, [
    '/v1.0/deviceManagement/managedDevices?$top=2',
    '/v1.0/deviceManagement/managedDevices?$skiptoken=x',
  ]);
});

test('a count is the number in the text answer', async () => {
  await withServer(
    (request, response) => {
      assert.match(request.url ?? '', /managedDevices\/\$count\?\$filter=online%20eq%20true$/);
      response.end('42');
    },
    async (client) => {
      assert.equal(await client.devices.count(compare('online', 'eq', true)), 42);
    },
  );
});

test("an error in Graph's envelope keeps code, text, request id and details", async () => {
  await withServer(
    (_request, response) =>
      json(
        response,
        {
          error: {
            code: 'query.unknown_option',
            message: '$foo is no option.',
            innerError: {
              date: 'd',
              'request-id': 'r1',
              'client-request-id': 'c',
              nearest: '$top',
            },
          },
        },
        400,
      ),
    async (client) => {
      await assert.rejects(client.devices.get('x'), (error) => {
        assert.ok(error instanceof AdminApiError);
        assert.deepEqual(
          [error.code, error.message, error.status, error.requestId, error.details],
          ['query.unknown_option', '$foo is no option.', 400, 'r1', { nearest: '$top' }],
        );
        return true;
      });
    },
  );
});

test('problem details keep code, text, request id and extra members', async () => {
  await withServer(
    (_request, response) =>
      json(
        response,
        {
          type: 'about:blank',
          title: 'Gone',
          status: 410,
          detail: 'The link was used.',
          code: 'access.link_used',
          requestId: 'r2',
          userName: 'admin',
        },
        410,
      ),
    async (client) => {
      await assert.rejects(client.signIn.redeemLink('t'), (error) => {
        assert.ok(error instanceof AdminApiError);
        assert.deepEqual(
          [error.code, error.message, error.status, error.requestId, error.details],
          ['access.link_used', 'The link was used.', 410, 'r2', { userName: 'admin' }],
        );
        return true;
      });
    },
  );
});

test('an answer that is no JSON is an unexpected answer', async () => {
  await withServer(
    (_request, response) => void response.end('<html>'),
    async (client) => {
      await assert.rejects(client.devices.get('x'), { code: 'client.unexpected_answer' });
    },
  );
});

test('a host that does not answer is unreachable', async () => {
  let dead: AdminClient | undefined;
  await withServer(
    () => {},
    async (client) => {
      dead = client;
    },
  );
  await assert.rejects(dead?.devices.get('x') ?? Promise.resolve(), {
    code: 'client.unreachable',
    status: 0,
  });
});

test('nobody signed in is a null session, not an error', async () => {
  await withServer(
    (_request, response) => json(response, { code: 'access.not_signed_in', detail: '' }, 401),
    async (client) => assert.equal(await client.signIn.session(), null),
  );
});

test('a write carries the console header, the credentials and its body; the action id is read from the header', async () => {
  await withServer(
    async (request, response) => {
      assert.equal(request.headers['moorline-console'], '1');
      assert.equal(request.headers.authorization, 'Bearer t');
      assert.equal(
        request.url,
        '/v1.0/deviceManagement/managedDevices/d%2F1/triggerConfigurationManagerAction',
      );
      assert.deepEqual(await bodyOf(request), {
        configurationManagerAction: {
          '@odata.type': '#microsoft.graph.configurationManagerAction',
          action: 'refreshMachinePolicy',
        },
      });
      response.writeHead(204, { 'moorline-action-id': 'a1' });
      response.end();
    },
    async (client) => {
      assert.equal(await client.devices.triggerAction('d/1', 'refreshMachinePolicy'), 'a1');
    },
    { authorization: () => 'Bearer t' },
  );
});

test('live events begin with reset, come in order, and go on after the stream is lost', async () => {
  let connections = 0;
  const states: boolean[] = [];
  await withServer(
    (_request, response) => {
      connections++;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\nevent: newer\ndata: {}\n\n');
      const id = `${connections}`;
      response.write(`event: device\ndata: {"topic":"device",`);
      response.write(`"ids":["${id}"]}\r\n\r\n`);
      if (connections === 1) response.end();
    },
    async (client) => {
      const seen: string[] = [];
      const stop = new AbortController();
      for await (const event of client.liveEvents({
        signal: stop.signal,
        onConnection: (connected) => states.push(connected),
      })) {
        seen.push(`${event.topic} ${event.ids.join()}`);
        if (seen.length === 4) stop.abort();
      }
      assert.deepEqual(seen, ['reset ', 'device 1', 'reset ', 'device 2']);
    },
  );
  assert.deepEqual(states.slice(0, 3), [true, false, true]);
});

test('live events that are refused for good end with the refusal', async () => {
  await withServer(
    (_request, response) => json(response, { code: 'access.denied', detail: 'No.' }, 403),
    async (client) => {
      await assert.rejects(client.liveEvents().next(), { code: 'access.denied' });
    },
  );
});

test('following an action looks again when it is told so, and ends with the action', async () => {
  // Never wakes by time: only a live event can bring the second look.
  const clock: Clock = {
    now: () => 0,
    sleep: (_delay, options) =>
      new Promise((_resolve, reject) =>
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason)),
      ),
  };
  let looks = 0;
  const changed = Promise.withResolvers<ServerResponse>();
  await withServer(
    async (request, response) => {
      if (request.url?.endsWith('/events')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(': open\n\n');
        changed.resolve(response);
        return;
      }
      looks++;
      if (looks === 1) await changed.promise;
      json(response, looks < 3 ? action('running', 1) : action('succeeded', 2));
      if (looks === 2) {
        const stream = await changed.promise;
        stream.write('event: action\ndata: {"topic":"action","ids":["other"]}\n\n');
        stream.write('event: action\ndata: {"topic":"action","ids":["a1"]}\n\n');
      }
    },
    async (client) => {
      const states: string[] = [];
      for await (const answer of client.actions.follow('a1')) states.push(answer.state);
      assert.deepEqual(states, ['running', 'succeeded']);
    },
    { clock },
  );
});

test('waiting for an action polls where live events cannot be had', async () => {
  let looks = 0;
  await withServer(
    (request, response) => {
      if (request.url?.endsWith('/events')) json(response, { code: 'x', detail: '' }, 404);
      else json(response, ++looks < 3 ? action('running', looks) : action('succeeded', 3));
    },
    async (client) => {
      const last = await client.actions.wait('a1', { pollMs: 1 });
      assert.equal(last.state, 'succeeded');
      assert.equal(looks, 3);
    },
    { clock: systemClock },
  );
});

test('aborting rejects with the reason that was given', async () => {
  await withServer(
    () => {},
    async (client) => {
      const stop = new AbortController();
      const answer = client.devices.get('x', { signal: stop.signal });
      stop.abort(new Error('enough'));
      await assert.rejects(answer, /enough/);
    },
  );
});
