import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTION_STATES, type ActionHop, type ActionState, canMoveTo } from '@moorline/model';
import fc from 'fast-check';
import { hopsToAdd, plausibleTime, receivedHop } from './trail.ts';

const hop = (state: ActionState): ActionHop => ({
  state,
  at: '2026-11-23T12:00:00.000Z',
  place: 'device',
  placeName: 'pc-1',
  reason: 'Because.',
});
const QUEUED = [hop('requested'), hop('queued')];
const states = fc.array(fc.constantFrom(...ACTION_STATES), { maxLength: 12 });

test('a trail goes only forward, whatever is offered, in whatever order and however often', () => {
  fc.assert(
    fc.property(fc.array(states), (offers) => {
      let trail: readonly ActionHop[] = QUEUED;
      for (const offer of offers) trail = [...trail, ...hopsToAdd(trail, offer.map(hop))];
      for (const [index, next] of trail.entries()) {
        const before = trail[index - 1];
        if (before) assert.ok(canMoveTo(before.state, next.state));
      }
      for (const offer of offers)
        assert.deepEqual(hopsToAdd(trail, hopsToAdd(trail, offer.map(hop))), []);
    }),
  );
});

test('offering a trail in growing parts gives the same as offering it whole', () => {
  const whole = (
    ['deliveredToSite', 'authorized', 'queuedForDevice', 'running', 'succeeded'] as const
  ).map(hop);
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length)), (ends) => {
      let trail: readonly ActionHop[] = QUEUED;
      for (const end of [...ends, whole.length]) {
        trail = [...trail, ...hopsToAdd(trail, whole.slice(0, end))];
      }
      assert.deepEqual(trail, [...QUEUED, ...whole]);
    }),
  );
});

test('attack 16: a device’s times are never before the hop before them and never in the future', () => {
  const previous = '2026-11-23T12:00:00.000Z';
  const now = Date.parse('2026-11-23T12:00:05Z');
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.date({ noInvalidDate: true }).map(String)), (text) => {
      const time = plausibleTime(text, previous, now);
      assert.ok(time >= previous && time <= '2026-11-23T12:00:05.000Z', time);
    }),
  );
  assert.equal(plausibleTime('2026-11-23T12:00:02Z', previous, now), '2026-11-23T12:00:02.000Z');
});

test('a hop from elsewhere is cut to text that can be stored', () => {
  const received = receivedHop(
    { ...hop('running'), at: '0000-99-99', reason: `a\0b\ud800${'x'.repeat(5000)}` },
    0,
  );
  assert.equal(received.at, '1970-01-01T00:00:00.000Z');
  assert.equal(received.reason.length, 2000);
  assert.ok(received.reason.isWellFormed() && !received.reason.includes('\0'));
});
