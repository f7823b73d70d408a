import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareReports, comparisonText } from './compare.ts';
import type { Figure, Report } from './report.ts';

const MACHINE = { processor: 'x', cores: 2, memoryBytes: 1, kernel: '6', node: 'v24' };

function report(figures: readonly Partial<Figure>[], more: Partial<Report> = {}): Report {
  return {
    at: '2026-11-23T12:00:00.000Z',
    commit: 'abc',
    machine: MACHINE,
    figures: figures.map((figure) => ({
      suite: 'checkin',
      what: 'documents',
      value: Number.NaN,
      unit: '/s',
      better: 'more',
      ...figure,
    })),
    ...more,
  };
}

function verdict(before: Partial<Figure>, after: Partial<Figure>): string | undefined {
  return compareReports(report([before]), report([after])).differences[0]?.verdict;
}

test('a difference within the spread of both runs is noise', () => {
  assert.equal(verdict({ samples: [90, 100, 110] }, { samples: [95, 105, 115] }), 'within noise');
  assert.equal(verdict({ samples: [99, 100, 101] }, { samples: [104, 105, 106] }), 'better');
});

test('which way is better decides the verdict', () => {
  const [low, high] = [{ samples: [99, 100, 101] }, { samples: [199, 200, 201] }];
  assert.equal(verdict(low, high), 'better');
  assert.equal(verdict(high, low), 'worse');
  assert.equal(verdict(low, { ...high, better: 'less' }), 'worse');
});

test('what was measured once has a noise that nobody knows', () => {
  assert.equal(verdict({ value: 100 }, { value: 200 }), 'noise unknown');
  assert.equal(verdict({ value: 100 }, { samples: [199, 200, 201] }), 'noise unknown');
  assert.equal(verdict({ value: 100 }, { value: 100 }), 'within noise');
});

test('change and noise are shares of the first', () => {
  const [one] = compareReports(
    report([{ samples: [90, 100, 110] }]),
    report([{ samples: [45, 50, 55] }]),
  ).differences;
  assert.equal(one?.change, -0.5);
  assert.equal(one?.noise, 0.15);
});

test('figures of other words are told, not compared', () => {
  const before = report([{ what: 'of 1,000', value: 1 }]);
  const after = report([{ what: 'of 2,000', value: 2 }]);
  const { differences, onlyBefore, onlyAfter } = compareReports(before, after);
  assert.deepEqual([differences.length, onlyBefore.length, onlyAfter.length], [0, 1, 1]);
  assert.match(comparisonText(before, after), /only in the second: checkin: of 2,000/);
});

test('another machine or a quick run beside a full one is said', () => {
  const figures = [{ value: 1 }];
  const other = report(figures, { machine: { ...MACHINE, cores: 8 }, isQuick: true });
  const text = comparisonText(report(figures, { isQuick: false }), other);
  assert.match(text, /Not the same machine/);
  assert.match(text, /quick run/);
});
