import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permitOf, spanOf } from './upload-schedule.ts';
import { DEFAULT_UPLOAD_SETTINGS } from './upload-settings.ts';

const MINUTE = 60_000;
const at = (hours: number, minutes = 0): number => new Date(2026, 10, 23, hours, minutes).getTime();
const moment = (now: number, lastRunAt: number | null = null, restUntil = 0) => ({
  now,
  lastRunAt,
  restUntil,
});

test('by default a batch may leave at any time', () => {
  assert.deepEqual(permitOf(DEFAULT_UPLOAD_SETTINGS, moment(at(3), at(3))), { kind: 'now' });
});

test('an upload that is paused waits for an administrator, whatever else holds', () => {
  const paused = permitOf(
    { ...DEFAULT_UPLOAD_SETTINGS, paused: true, hours: { from: '08:00', to: '09:00' } },
    moment(at(8, 30)),
  );
  assert.ok(paused.kind === 'later');
  assert.deepEqual([paused.phase, paused.at], ['paused', null]);
});

test('outside its hours a batch waits until they begin', () => {
  const settings = { ...DEFAULT_UPLOAD_SETTINGS, hours: { from: '08:00', to: '18:30' } };
  assert.equal(permitOf(settings, moment(at(8))).kind, 'now');
  assert.equal(permitOf(settings, moment(at(18, 29))).kind, 'now');
  const early = permitOf(settings, moment(at(7, 59)));
  assert.ok(early.kind === 'later');
  assert.deepEqual([early.phase, early.at], ['outsideHours', at(8)]);
  const late = permitOf(settings, moment(at(18, 30)));
  assert.ok(late.kind === 'later');
  assert.equal(late.at, new Date(2026, 10, 24, 8).getTime());
});

test('hours may go over midnight', () => {
  const settings = { ...DEFAULT_UPLOAD_SETTINGS, hours: { from: '22:00', to: '06:00' } };
  assert.equal(permitOf(settings, moment(at(23))).kind, 'now');
  assert.equal(permitOf(settings, moment(at(5, 59))).kind, 'now');
  const noon = permitOf(settings, moment(at(12)));
  assert.ok(noon.kind === 'later');
  assert.equal(noon.at, at(22));
});

test('a fixed interval counts from the end of the last run, and a run is not cut', () => {
  const settings = { ...DEFAULT_UPLOAD_SETTINGS, intervalMinutes: 15 };
  const soon = permitOf(settings, moment(at(10, 5), at(10)));
  assert.ok(soon.kind === 'later');
  assert.deepEqual([soon.phase, soon.at], ['waiting', at(10, 15)]);
  assert.equal(permitOf(settings, moment(at(10, 15), at(10))).kind, 'now');
  assert.equal(permitOf(settings, moment(at(10, 5), null)).kind, 'now');
});

test('the bandwidth that a batch used up is waited for, and only while there is a limit', () => {
  const settings = { ...DEFAULT_UPLOAD_SETTINGS, bandwidthKilobytesPerSecond: 10 };
  assert.equal(spanOf(settings, 600_000), MINUTE);
  const rest = permitOf(settings, moment(at(10), null, at(10, 1)));
  assert.ok(rest.kind === 'later');
  assert.equal(rest.at, at(10, 1));
  assert.equal(permitOf(DEFAULT_UPLOAD_SETTINGS, moment(at(10), null, at(10, 1))).kind, 'now');
  assert.equal(spanOf(DEFAULT_UPLOAD_SETTINGS, 600_000), 0);
});
