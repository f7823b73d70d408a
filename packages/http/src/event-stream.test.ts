import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { silentLogger } from '@moorline/kernel';
import { type EventStream, type EventStreamOptions, openEventStream } from './event-stream.ts';
import { createListener, type Listener } from './listener.ts';

async function streaming(options: EventStreamOptions): Promise<{
  listener: Listener;
  url: string;
  port: number;
  opened: Promise<EventStream>;
}> {
  const listener = await createListener({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    stopMs: 200,
  });
  const opened = Promise.withResolvers<EventStream>();
  listener.app.get('/events', { config: { access: 'public' } }, (request, reply) => {
    opened.resolve(openEventStream(request, reply, options));
  });
  const { url, port } = await listener.listen();
  return { listener, url, port, opened: opened.promise };
}

test('events arrive in order, each on its own, with the headers of every answer', async () => {
  const { listener, url, opened } = await streaming({ heartbeatMs: 10_000 });
  await using _ = listener;
  const response = await fetch(`${url}/events`);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src/);
  const stream = await opened;
  assert.equal(stream.send({ event: 'device\nx: y', id: '7', data: { text: 'a\n\nb' } }), true);
  stream.send({ data: 2 });
  stream.close();
  assert.equal(
    await response.text(),
    ':\n\nid: 7\nevent: device x: y\ndata: {"text":"a\\n\\nb"}\n\ndata: 2\n\n',
  );
  assert.equal(stream.send({ data: 3 }), false);
});

test('a quiet stream is kept awake by comments', async () => {
  const { listener, url } = await streaming({ heartbeatMs: 5 });
  await using _ = listener;
  const response = await fetch(`${url}/events`);
  assert.ok(response.body);
  let seen = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    seen += chunk;
    if (seen.length >= 9) break;
  }
  assert.match(seen, /^(:\n\n){3}/);
});

test('a reader that does not read is cut off, and what waits for it is bounded', async () => {
  const { listener, port, opened } = await streaming({
    heartbeatMs: 10_000,
    maxBufferedBytes: 64 * 1024,
  });
  await using _ = listener;
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(`GET /events HTTP/1.1\r\nhost: localhost:${port}\r\n\r\n`);
  socket.pause();
  const stream = await opened;
  const data = 'x'.repeat(16 * 1024);
  let sent = 0;
  while (stream.send({ data })) {
    sent += 1;
    assert.ok(sent < 5000, 'everything is buffered');
    await new Promise(setImmediate);
  }
  assert.equal(stream.signal.aborted, true);
  socket.destroy();
});

test('a reader that leaves ends the stream', async () => {
  const { listener, url, opened } = await streaming({ heartbeatMs: 10_000 });
  await using _ = listener;
  const leaving = new AbortController();
  await fetch(`${url}/events`, { signal: leaving.signal });
  const stream = await opened;
  leaving.abort();
  if (!stream.signal.aborted) await once(stream.signal, 'abort');
  assert.equal(stream.send({ data: 1 }), false);
});

test('a stop ends the streams at once', async () => {
  const { listener, url, opened } = await streaming({ heartbeatMs: 10_000 });
  const response = await fetch(`${url}/events`);
  await opened;
  await listener.close();
  assert.equal(await response.text(), ':\n\n');
});

test('HEAD on a stream answers and ends', async () => {
  const { listener, url } = await streaming({ heartbeatMs: 10_000 });
  await using _ = listener;
  const response = await fetch(`${url}/events`, { method: 'HEAD' });
  assert.equal(await response.text(), '');
});
