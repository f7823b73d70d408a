import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientFrame, OPCODE, readFrame } from './frames.ts';
import { jsonRequest, loopbackAddress, readAnswer } from './raw-connection.ts';

test('an answer is read when it is whole, and says where the next one begins', () => {
  const bytes = Buffer.from(
    'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1',
  );
  const answer = readAnswer(bytes);
  assert.equal(answer?.status, 429);
  assert.equal(answer?.retryAfterSeconds, 7);
  assert.equal(answer?.body.toString(), 'hello');
  assert.equal(bytes.subarray(answer?.sizeBytes).toString(), 'HTTP/1.1');
  for (let length = 0; length < (answer?.sizeBytes ?? 0); length++) {
    assert.equal(readAnswer(bytes.subarray(0, length)), undefined);
  }
});

test('an answer without a body ends with its head; one without a length is refused', () => {
  const bare = readAnswer(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'));
  assert.deepEqual([bare?.status, bare?.body.length], [204, 0]);
  assert.throws(() => readAnswer(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')), /content-length/);
});

test('frames of every length class are read, and whole ones only', () => {
  for (const length of [0, 5, 125, 126, 65_535, 65_536]) {
    const payload = Buffer.alloc(length, 'x');
    const head =
      length < 126
        ? Buffer.from([0x81, length])
        : length < 65_536
          ? Buffer.from([0x81, 126, length >> 8, length & 0xff])
          : Buffer.concat([Buffer.from([0x81, 127]), Buffer.from([0, 0, 0, 0, 0, 1, 0, 0])]);
    const bytes = Buffer.concat([head, payload]);
    const frame = readFrame(bytes);
    assert.deepEqual([frame?.opcode, frame?.payload.length], [OPCODE.text, length]);
    assert.equal(frame?.sizeBytes, bytes.length);
    assert.equal(readFrame(bytes.subarray(0, -1)), undefined);
  }
});

test('what a client sends is masked', () => {
  const frame = clientFrame(OPCODE.pong, Buffer.from('hi'));
  assert.deepEqual([...frame], [0x8a, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
});

test('a request says how many bytes its body has', () => {
  const text = jsonRequest('POST', 'localhost', '/x', '"ü"').toString();
  assert.match(text, /content-length: 4\r\n/);
  assert.ok(text.endsWith('\r\n\r\n"ü"'));
});

test('devices have addresses of their own within the loopback network', () => {
  const addresses = Array.from({ length: 19_000 }, (_, index) => loopbackAddress(index));
  assert.equal(new Set(addresses).size, addresses.length);
  for (const address of addresses) assert.match(address, /^127\.1\.\d{1,3}\.([1-9]|\d{2,3})$/);
});
