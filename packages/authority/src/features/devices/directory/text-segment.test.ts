import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDictionary, fromByteString, toByteString } from './dictionary.ts';
import { compareTexts, createTextSegment, lengthOf, setText, textBytes } from './text-segment.ts';

const text = fc.oneof(
  fc.constantFrom('', 'a', 'abcdef', 'abcdefg', 'abcdefh', '\uffff', '😀', 'x'.repeat(3000)),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => value.replaceAll('\0', '')),
);

test('rows keep their texts through changes, and are ordered as their bytes', () => {
  const steps = fc.array(fc.tuple(fc.nat(20), fc.option(text)), { maxLength: 300 });
  fc.assert(
    fc.property(steps, (changes) => {
      const segment = createTextSegment();
      const expected = new Map<number, string | null>();
      for (const [row, value] of changes) {
        const bytes = Buffer.from(value ?? '', 'utf8');
        const changed = setText(segment, row, bytes, 0, value === null ? -1 : bytes.length);
        assert.equal(changed, (expected.get(row) ?? null) !== value);
        expected.set(row, value);
      }
      for (const [row, value] of expected) {
        assert.equal(lengthOf(segment, row) < 0, value === null);
        assert.equal(Buffer.from(textBytes(segment, row)).toString('utf8'), value ?? '');
        for (const [other, otherValue] of expected) {
          const order = Buffer.compare(Buffer.from(value ?? ''), Buffer.from(otherValue ?? ''));
          assert.equal(Math.sign(compareTexts(segment, row, segment, other)), order);
        }
      }
    }),
  );
});

test('what is replaced over and over takes no more room', () => {
  const segment = createTextSegment();
  for (let round = 0; round < 100_000; round++) {
    const bytes = Buffer.from(`${'x'.repeat(round % 90)}${round}`);
    setText(segment, round % 100, bytes, 0, bytes.length);
  }
  assert.ok(segment.bytes.length < 64 * 1024, String(segment.bytes.length));
});

test('a text that is too long is refused', () => {
  const bytes = Buffer.alloc(70_000, 'a');
  assert.throws(() => setText(createTextSegment(), 0, bytes, 0, bytes.length), RangeError);
});

test('a dictionary gives equal texts one code, orders all as their bytes, and forgets what nobody has', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 60 }), text, (texts, probe) => {
      const dictionary = createDictionary();
      const take = (value: string): number => {
        const bytes = Buffer.from(value);
        return dictionary.take(bytes, 0, bytes.length);
      };
      const codes = new Map(texts.map((value) => [value, take(value)]));
      assert.equal(new Set(codes.values()).size, codes.size);
      const { primaries } = dictionary.order();
      const orderOf = (a: string, b: string): number =>
        Buffer.compare(Buffer.from(a), Buffer.from(b));
      for (const [a, codeA] of codes) {
        assert.equal(fromByteString(dictionary.texts[codeA] ?? ''), a);
        const difference = (primaries[codeA] ?? 0) - dictionary.primaryOf(toByteString(probe));
        assert.equal(Math.sign(difference), orderOf(a, probe));
        for (const [b, codeB] of codes) {
          assert.equal(Math.sign((primaries[codeA] ?? 0) - (primaries[codeB] ?? 0)), orderOf(a, b));
        }
      }
      for (const value of texts) dictionary.release(codes.get(value) ?? 0);
      for (const value of texts) assert.equal(dictionary.find(toByteString(value)), undefined);
    }),
  );
});
