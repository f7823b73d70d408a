import assert from 'node:assert/strict';
import { test } from 'node:test';
import { piecesOf, placeOf } from './query-places.ts';

test('the pieces are the text again, and what is wrong is what the spans name', () => {
  const text = 'OS | where Nme == 1';
  const pieces = piecesOf(text, [{ start: 11, length: 3 }]);
  assert.equal(pieces.map((piece) => piece.text).join(''), text);
  assert.deepEqual(
    pieces.filter((piece) => piece.isWrong).map((piece) => piece.text),
    ['Nme'],
  );
});

test('spans that overlap, reach beyond the end or are empty are marked all the same', () => {
  const text = 'OS |';
  for (const spans of [
    [{ start: 4, length: 0 }],
    [{ start: 3, length: 40 }],
    [
      { start: 0, length: 3 },
      { start: 2, length: 2 },
    ],
  ]) {
    const pieces = piecesOf(text, spans);
    assert.equal(pieces.map((piece) => piece.text).join(''), text);
    assert.ok(pieces.some((piece) => piece.isWrong));
  }
  assert.deepEqual(piecesOf('', [{ start: 0, length: 0 }]), []);
});

test('a place is told by line and character', () => {
  assert.equal(placeOf('OS\n| where', 5), 'Line 2, character 3');
  assert.equal(placeOf('OS', 0), 'Line 1, character 1');
});
