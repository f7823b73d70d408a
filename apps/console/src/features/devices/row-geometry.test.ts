import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  baseRow,
  listOffset,
  offsetToShow,
  ROW_HEIGHT,
  rowsInSight,
  scrollHeight,
  scrollTopFor,
} from './row-geometry.ts';

const lists = fc.record({
  total: fc.integer({ min: 1, max: 5_000_000 }),
  viewHeight: fc.integer({ min: 1, max: 3_000 }),
});

test('the ends of the scrollbar are the ends of the list, however long it is', () => {
  fc.assert(
    fc.property(lists, ({ total, viewHeight }) => {
      const end = Math.max(0, scrollHeight(total) - viewHeight);
      assert.equal(rowsInSight(listOffset(0, viewHeight, total), viewHeight, total).first, 0);
      const atEnd = rowsInSight(listOffset(end, viewHeight, total), viewHeight, total);
      assert.equal(atEnd.last, total - 1);
    }),
  );
});

test('every row can be brought into sight, whole', () => {
  fc.assert(
    fc.property(lists, fc.nat(), fc.nat(), ({ total, viewHeight }, from, to) => {
      fc.pre(viewHeight >= ROW_HEIGHT);
      const index = to % total;
      const hidden = Math.max(0, total * ROW_HEIGHT - viewHeight);
      const wanted = offsetToShow(index, Math.min(hidden, from), viewHeight);
      const scrollTop = scrollTopFor(wanted, viewHeight, total);
      const offset = listOffset(scrollTop, viewHeight, total);
      // Half a pixel is lost where the scroll range is narrower than the list.
      assert.ok(Math.abs(offset - wanted) <= 1, `${offset} is not ${wanted}`);
      assert.ok(index * ROW_HEIGHT >= offset - 1);
      assert.ok((index + 1) * ROW_HEIGHT <= offset + viewHeight + 1);
    }),
  );
});

test('a list of 100,000 scrolls pixel by pixel', () => {
  assert.equal(scrollHeight(100_000), 4_000_000);
  assert.equal(listOffset(1_234_567, 600, 100_000), 1_234_567);
  assert.deepEqual(rowsInSight(4_000_000 - 600, 600, 100_000), { first: 99_985, last: 99_999 });
});

test('no browser is asked for more height than it has, and placed rows stay near their base', () => {
  assert.ok(scrollHeight(5_000_000) < 16_000_000);
  assert.equal(baseRow(99_999), 99_000);
  assert.deepEqual(rowsInSight(0, 600, 0), { first: 0, last: -1 });
});
