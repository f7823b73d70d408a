import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DER_TAG, DerError, derElement, derReader } from './reader.ts';
import { element, integer, objectIdentifier, sequence, time } from './writer.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex');
const bytes = (text: string): Buffer => Buffer.from(text, 'hex');

test('what is written is read back, whatever its length', () => {
  const content = fc.uint8Array({ maxLength: 400 });
  const tag = fc.constantFrom(...Object.values(DER_TAG), 0x80, 0x86, 0xa0, 0xa3);
  fc.assert(
    fc.property(fc.array(fc.tuple(tag, content), { maxLength: 6 }), (list) => {
      const reader = derReader(Buffer.concat(list.map(([name, part]) => element(name, part))));
      for (const [name, part] of list) {
        assert.deepEqual(new Uint8Array(reader.next(name).content), part);
      }
      reader.end();
    }),
  );
});

test('lengths are in their shortest form, at every border', () => {
  for (const [length, header] of [
    [0, '3000'],
    [127, '307f'],
    [128, '308180'],
    [255, '3081ff'],
    [256, '30820100'],
    [65_535, '3082ffff'],
  ] as const) {
    assert.equal(hex(sequence(Buffer.alloc(length))).slice(0, header.length), header);
  }
  assert.throws(() => sequence(Buffer.alloc(65_536)), RangeError);
});

for (const [what, encoded] of [
  ['an indefinite length', '30800000'],
  ['a length in a longer form than needed', '30810100'],
  ['a length with a leading zero', `30820080${'00'.repeat(128)}`],
  ['a length beyond the end', '300500'],
  ['a length of a hundred bytes', `30e4${'01'.repeat(100)}`],
  ['a tag of more than one byte', '3f2000'],
  ['a tag without a length', '30'],
  ['nothing', ''],
  ['an element and something behind it', '300000'],
] as const) {
  test(`${what} is not DER`, () => {
    assert.throws(() => derElement(bytes(encoded), (bytes(encoded)[0] ?? 0) & 0xff), DerError);
  });
}

test('no bytes make the reader fail in another way, and what it takes is what was there', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (list) => {
      const content = Buffer.from(list);
      const reader = derReader(content);
      const seen: Buffer[] = [];
      try {
        while (!reader.isAtEnd()) seen.push(reader.any().encoded);
      } catch (error) {
        assert.ok(error instanceof DerError);
        return;
      }
      assert.deepEqual(Buffer.concat(seen), content);
    }),
  );
});

test('numbers are written without a sign and without leading zeros', () => {
  const written = ['00', '7f', '80', '0000', '00ff', '4001'].map((text) =>
    hex(integer(bytes(text))),
  );
  assert.deepEqual(written, ['020100', '02017f', '02020080', '020100', '020200ff', '02024001']);
});

test('object identifiers are written in base 128', () => {
  assert.equal(hex(objectIdentifier('2.5.4.3')), '0603550403');
  assert.equal(hex(objectIdentifier('1.2.840.113549.1.9.14')), '06092a864886f70d01090e');
});

test('times are UTCTime through 2049 and GeneralizedTime from then on', () => {
  const text = (timeMs: number): string => time(timeMs).subarray(2).toString();
  assert.equal(text(Date.UTC(2049, 11, 31, 23, 59, 59)), '491231235959Z');
  assert.equal(text(Date.UTC(2050, 0, 1)), '20500101000000Z');
});
