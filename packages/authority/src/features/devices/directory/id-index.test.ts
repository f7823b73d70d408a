import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compareIdText,
  createIdIndex,
  type IdWords,
  idCharacter,
  idText,
  wordsOf,
  writeIdText,
} from './id-index.ts';

test('an id is its words, and they are the id', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      const words = wordsOf(id);
      assert.equal(idText(words), id);
      const bytes = Buffer.alloc(40);
      writeIdText(words, 0, bytes, 3);
      assert.equal(bytes.toString('latin1', 3, 39), id);
      const characters = Array.from({ length: 36 }, (_, place) => idCharacter(words, 0, place));
      assert.equal(String.fromCharCode(...characters), id);
      assert.equal(idCharacter(words, 0, 36), -1);
    }),
  );
});

test('an id is compared as its text is', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.oneof(fc.uuid(), fc.string({ unit: 'binary-ascii' })), (id, text) => {
      const order = Math.sign(compareIdText(wordsOf(id), 0, text, false));
      assert.equal(order, id < text ? -1 : id > text ? 1 : 0);
      assert.equal(compareIdText(wordsOf(id), 0, text, true) === 0, id.startsWith(text));
    }),
  );
});

test('finds every id that was added and not removed, whatever fell on the same place', () => {
  // Few different ids, all of whose words but the first are alike: many share a place, and gaps are closed.
  const id = fc.integer({ min: 0, max: 40 }).map((number) => Uint32Array.of(number, 0, 0, 0));
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.tuple(fc.boolean(), id), { maxLength: 200 }),
      (seed, steps) => {
        const slots: IdWords[] = [];
        const expected = new Map<number, number>();
        const index = createIdIndex((slot, words) => words.set(slots[slot] ?? []), seed);
        for (const [isAdded, words] of steps) {
          const key = words[0] ?? 0;
          if (isAdded && !expected.has(key)) {
            slots.push(words);
            index.add(words, slots.length - 1);
            expected.set(key, slots.length - 1);
          } else if (!isAdded) {
            index.remove(words);
            expected.delete(key);
          }
        }
        for (let number = 0; number <= 40; number++) {
          assert.equal(index.find(Uint32Array.of(number, 0, 0, 0)), expected.get(number) ?? -1);
        }
      },
    ),
  );
});

test('grows', () => {
  const ids = Array.from({ length: 5000 }, (_, number) => Uint32Array.of(1, 2, 3, number));
  const index = createIdIndex((slot, words) => words.set(ids[slot] ?? []), 7);
  for (const [slot, words] of ids.entries()) index.add(words, slot);
  for (const [slot, words] of ids.entries()) assert.equal(index.find(words), slot);
});
