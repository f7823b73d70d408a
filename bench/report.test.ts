import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { differenceOf, type Figure, joined, newReport, readReport, writeReport } from './report.ts';

const figure = (suite: string, value: number): Figure => ({ suite, what: 'w', value, unit: 'ms' });

test('a report is read as it was written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'moorline-report-'));
  try {
    const report = newReport({ isQuick: true, figures: [figure('enrol', 1)] });
    const file = await writeReport(folder, report);
    assert.deepEqual(await readReport(folder, file), report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('joined reports have the suites of both, and the newer run of one that both have', () => {
  const before = newReport({
    workloads: { enrol: 'old', upload: 'old' },
    figures: [figure('enrol', 1), figure('upload', 1)],
  });
  const after = newReport({ workloads: { upload: 'new' }, figures: [figure('upload', 2)] });
  const both = joined({ ...before, ranAt: { enrol: 'then', upload: 'then' } }, after);
  assert.deepEqual(both.figures, [figure('enrol', 1), figure('upload', 2)]);
  assert.deepEqual(both.workloads, { enrol: 'old', upload: 'new' });
  assert.deepEqual(both.ranAt, { enrol: 'then', upload: after.at });
});

test('reports of another commit, machine or size do not stand in one', () => {
  const report = newReport({ isQuick: true, figures: [] });
  assert.equal(differenceOf(report, { ...report, at: 'later' }), undefined);
  assert.equal(differenceOf(report, { ...report, commit: 'other' }), 'commit');
  const machine = { ...report.machine, cores: 64 };
  assert.equal(differenceOf(report, { ...report, machine }), 'machine');
  assert.match(differenceOf(report, { ...report, isQuick: false }) ?? '', /sizes/);
});
