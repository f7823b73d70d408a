import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsr } from '@moorline/pki';
import fc from 'fast-check';
import { newKeyAndCsr } from '../identity/csr.ts';
import { createAnswerParser } from './answer-parser.ts';
import { clientFrame, OPCODE, readFrames } from './frames.ts';

test('a hand-written request for a certificate is one that the authority reads', async () => {
  for (const name of ['ZRH-L00001', 'Zürich', 'x'.repeat(200)]) {
    const { csr, privateKey } = await newKeyAndCsr(name);
    assert.equal((await readCsr(csr)).length, 91);
    assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----/);
  }
});

/** `bytes` cut at the given places. */
function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length]
    .map((end, index) => bytes.subarray(at[index - 1] ?? 0, end))
    .filter(({ length }) => length > 0);
}

const anyCuts = fc.array(fc.nat(4096), { maxLength: 6 });

test('an answer is read the same however it is cut, by length and in chunks', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), anyCuts, fc.boolean(), (text, cuts, chunked) => {
      const body = Buffer.from(text);
      const framed = chunked
        ? Buffer.concat([
            ...(body.length > 0
              ? [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]
              : []),
            Buffer.from('0\r\n\r\n'),
          ])
        : body;
      const kind = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
      const bytes = Buffer.concat([
        Buffer.from(`HTTP/1.1 409 Conflict\r\n${kind}\r\nRetry-After: 7\r\n\r\n`),
        framed,
      ]);
      const parser = createAnswerParser();
      const answers = pieces(bytes, cuts).flatMap((piece) => parser.push(piece) ?? []);
      assert.equal(answers.length, 1);
      assert.equal(answers[0]?.status, 409);
      assert.equal(answers[0]?.headers.get('retry-after'), '7');
      assert.equal(answers[0]?.body.toString(), text);
    }),
  );
});

test('what is no answer is refused', () => {
  const parse = (text: string): unknown => createAnswerParser().push(Buffer.from(text));
  assert.throws(() => parse('HTTP/2 200\r\n\r\n'));
  assert.throws(() => parse('HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n'));
  assert.throws(() => parse('x'.repeat(40_000)));
});

test('frames are read the same however they are cut', () => {
  const anyFrame = fc.record({
    opcode: fc.constantFrom(OPCODE.text, OPCODE.ping, OPCODE.close),
    payload: fc.uint8Array({ maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 5 }), anyCuts, (frames, cuts) => {
      const bytes = Buffer.concat(
        frames.map(({ opcode, payload }) => {
          const { length } = payload;
          const head =
            length < 126
              ? Buffer.of(0x80 | opcode, length)
              : Buffer.of(0x80 | opcode, 126, length >> 8, length & 0xff);
          return Buffer.concat([head, payload]);
        }),
      );
      let rest: Buffer | null = null;
      const read: { opcode: number; payload: Buffer }[] = [];
      for (const piece of pieces(bytes, cuts)) {
        const step = readFrames(rest ? Buffer.concat([rest, piece]) : piece);
        read.push(...step.frames);
        rest = step.rest;
      }
      assert.equal(rest, null);
      assert.deepEqual(
        read.map(({ opcode, payload }) => [opcode, [...payload]]),
        frames.map(({ opcode, payload }) => [opcode, [...payload]]),
      );
    }),
  );
});

test('a masked frame of a server and one beyond 64 KiB are refused', () => {
  assert.throws(() => readFrames(clientFrame(OPCODE.text, Buffer.from('x'))));
  assert.throws(() => readFrames(Buffer.of(0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0)));
});
