import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments, UsageError } from './arguments.ts';

const KNOWN = { suites: ['enrol', 'channel', 'checkin'], growing: ['channel', 'checkin'] };
const parse = (text: string): ReturnType<typeof parseArguments> =>
  parseArguments(text === '' ? [] : text.split(' '), KNOWN);

function complaintOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  return assert.fail(`${text} was taken`);
}

test('without words all suites are run at full size', () => {
  assert.deepEqual(parse(''), {
    kind: 'run',
    suites: KNOWN.suites,
    isQuick: false,
    devices: null,
    isProfiled: false,
    grows: false,
    onto: null,
  });
});

test('named suites are run in the order of the house, with the options wherever they stand', () => {
  const command = parse('checkin --quick enrol --devices 5_000 --profile');
  assert.ok(command.kind === 'run');
  assert.deepEqual(command.suites, ['enrol', 'checkin']);
  assert.deepEqual([command.isQuick, command.isProfiled, command.devices], [true, true, 5_000]);
});

test('a run may be put onto a report', () => {
  const command = parse('enrol --onto 2026-11-23T18-16-13');
  assert.ok(command.kind === 'run');
  assert.equal(command.onto, '2026-11-23T18-16-13');
  assert.match(complaintOf('enrol --onto'), /--onto takes a report/);
});

test('a size may be joined to its option', () => {
  const command = parse('--devices=200000');
  assert.ok(command.kind === 'run');
  assert.equal(command.devices, 200_000);
});

test('growth is measured of the suites that grow', () => {
  const command = parse('--grow');
  assert.ok(command.kind === 'run');
  assert.deepEqual(command.suites, KNOWN.growing);
  assert.match(complaintOf('enrol --grow'), /enrol does not grow.*channel, checkin/);
  assert.match(complaintOf('--grow --devices 5'), /sizes of its own/);
});

test('a word that is unknown is answered with the nearest one', () => {
  assert.match(complaintOf('chanel'), /no suite chanel\. Did you mean channel\?/);
  assert.match(complaintOf('--quik'), /no option --quik\. Did you mean --quick\?/);
  assert.match(complaintOf('compair'), /Did you mean compare\?/);
  assert.match(complaintOf('zzz'), /There are: enrol, channel, checkin/);
});

test('a size is a whole number of devices', () => {
  for (const text of ['--devices', '--devices x', '--devices 0', '--devices 1.5', '--devices -3']) {
    assert.match(complaintOf(text), /whole number from 1/);
  }
});

test('compare takes two reports', () => {
  assert.deepEqual(parse('compare a b'), { kind: 'compare', before: 'a', after: 'b' });
  for (const text of ['compare', 'compare a', 'compare a b c']) {
    assert.match(complaintOf(text), /compare takes two reports/);
  }
});
