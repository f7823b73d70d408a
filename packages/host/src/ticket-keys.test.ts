import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Listener, TicketKeys } from '@moorline/http';
import { createTaskGroup, silentLogger, systemEntropy } from '@moorline/kernel';
import { createFakeClock, type FakeClock } from '@moorline/testkit/clock';
import { openTicketKeys, type TicketKeyring } from './ticket-keys.ts';

const HOUR_MS = 3_600_000;

let folder: string;
let clock: FakeClock;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moorline-tickets-'));
  clock = createFakeClock(Date.UTC(2026, 10, 23, 12));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): Promise<TicketKeyring> =>
  openTicketKeys({ folder, clock, entropy: systemEntropy, logger: silentLogger });
const file = (): string => join(folder, 'session-tickets.json');

test('the keys are those of before the restart, in a file that only the host can read', async () => {
  const { keys } = await open();
  assert.equal(keys.current.length, 48);
  assert.deepEqual((await open()).keys, keys);
  assert.equal((await stat(file())).mode & 0o777, 0o600);
});

test('after a day a new key seals and the former one still opens; after two it is gone', async () => {
  const first = (await open()).keys;
  clock.advance(25 * HOUR_MS);
  const second = (await open()).keys;
  assert.notDeepEqual(second.current, first.current);
  assert.deepEqual(second.former, [first.current]);
  clock.advance(25 * HOUR_MS);
  const third = (await open()).keys;
  assert.deepEqual(third.former, [second.current]);
  clock.advance(100 * HOUR_MS);
  assert.deepEqual((await open()).keys.former, []);
});

test('a host that runs for days changes the keys on its listener, once they are on disk', async () => {
  const keyring = await open();
  const set: TicketKeys[] = [];
  // The one member of a listener that the keyring may use.
  const listener = { setTicketKeys: (keys: TicketKeys) => set.push(keys) } as Partial<Listener>;
  const tasks = createTaskGroup('test', silentLogger);
  keyring.rotateOn(listener as Listener, tasks);
  for (let hour = 0; hour < 24; hour++) {
    assert.deepEqual(set, []);
    clock.advance(HOUR_MS);
    await new Promise((resolve) => setImmediate(resolve));
  }
  while (set.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(set, [(await open()).keys]);
  await tasks.stop();
});

test('a damaged file, or keys from the future, are replaced', async () => {
  const { keys } = await open();
  await writeFile(file(), '{"keys":[{"madeAt":1}]}');
  const replaced = (await open()).keys;
  assert.notDeepEqual(replaced.current, keys.current);
  clock.advance(-72 * HOUR_MS);
  assert.notDeepEqual((await open()).keys.current, replaced.current);
  assert.equal(JSON.parse(await readFile(file(), 'utf8')).keys.length, 1);
});
