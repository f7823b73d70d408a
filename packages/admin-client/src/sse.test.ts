import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSseParser } from './sse.ts';

test('events are the same however the text is cut into pieces', () => {
  const text =
    ': comment\n\nevent: device\r\ndata: {"ids":["1"]}\r\n\r\ndata:a\ndata: b\n\nid: 7\rdata: c\r\revent: empty\n\n';
  const whole = createSseParser().push(text);
  assert.deepEqual(whole, [
    { event: 'device', data: '{"ids":["1"]}', id: '' },
    { event: 'message', data: 'a\nb', id: '' },
    { event: 'message', data: 'c', id: '7' },
  ]);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const parser = createSseParser();
      const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
      const events = edges
        .slice(1)
        .flatMap((edge, index) => parser.push(text.slice(edges[index], edge)));
      assert.deepEqual(events, whole);
    }),
  );
});

test('an event without an end is refused before it fills the memory', () => {
  const parser = createSseParser();
  assert.throws(() => {
    for (let index = 0; index < 100; index++) parser.push('x'.repeat(100_000));
  }, RangeError);
});
