import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arrival, createArrivals } from './arrivals.ts';

const SENDER = 'certificate';
const LOG = 'epoch';

/** Notes the name when it is being stored; `settle` lets everything run that can. */
function watched(): { watch(name: string, arrival: Arrival): void; settle(): Promise<string> } {
  const seen: string[] = [];
  const follow = async (name: string, arrival: Arrival): Promise<void> => {
    await arrival.next();
    await arrival.turn();
    arrival.storing();
    seen.push(name);
  };
  return {
    watch: (name, arrival) => void follow(name, arrival),
    async settle() {
      await new Promise((resolve) => setImmediate(resolve));
      return seen.join();
    },
  };
}

test('a batch that overtook the ones before it waits for them', async () => {
  const arrivals = createArrivals();
  const { watch, settle } = watched();
  const [third, first, second] = [
    arrivals.begin(SENDER, LOG, '1.20', '1.30'),
    arrivals.begin(SENDER, LOG, '0.0', '1.9'),
    arrivals.begin(SENDER, LOG, '1.9', '1.20'),
  ];
  watch('third', third);
  watch('second', second);
  watch('first', first);
  assert.equal(await settle(), 'first');
  first.stored();
  assert.equal(await settle(), 'first,second');
  second.end(); // refused: what lies behind it finds out by itself
  assert.equal(await settle(), 'first,second,third');
});

test('an earlier copy that never comes to its end is not waited for once another is stored', async () => {
  const arrivals = createArrivals();
  const { watch, settle } = watched();
  arrivals.begin(SENDER, LOG, '0.0', '1.9');
  const again = arrivals.begin(SENDER, LOG, '0.0', '1.9');
  watch('next', arrivals.begin(SENDER, LOG, '1.9', '1.20'));
  assert.equal(await settle(), '');
  again.stored();
  assert.equal(await settle(), 'next');
});

test('one batch is made ready while the one before it is stored, and no more than that', async () => {
  const arrivals = createArrivals();
  const [first, second, third] = [
    arrivals.begin(SENDER, LOG, '0.0', '1.9'),
    arrivals.begin(SENDER, LOG, '1.9', '1.20'),
    arrivals.begin(SENDER, LOG, '1.20', '1.30'),
  ];
  const ready: string[] = [];
  const settle = async (): Promise<string> => {
    await new Promise((resolve) => setImmediate(resolve));
    return ready.join();
  };
  void third.next().then(() => ready.push('third'));
  void second.next().then(() => ready.push('second'));
  assert.equal(await settle(), '', 'the first may still be on its way for long');
  await first.next();
  first.storing();
  assert.equal(await settle(), 'second');
  first.end();
  assert.equal(await settle(), 'second', 'the second is ready, and not being stored yet');
  second.storing();
  assert.equal(await settle(), 'second,third');
});

test('a sender that sends the same again and again is at work on two at once', async () => {
  const arrivals = createArrivals();
  let ready = 0;
  const copies = ['a', 'a', 'b', 'c'].map((log) => arrivals.begin(SENDER, log, '0.0', '1.9'));
  for (const copy of copies) void copy.next().then(() => ready++);
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await settle();
  assert.equal(ready, 2);
  copies[0]?.end();
  await settle();
  assert.equal(ready, 3);
});

test('an earlier copy that comes late is not waited for by who is at work already', async () => {
  const arrivals = createArrivals();
  const { watch, settle } = watched();
  const first = arrivals.begin(SENDER, LOG, '0.0', '1.9');
  watch('first', first);
  await settle();
  watch('second', arrivals.begin(SENDER, LOG, '1.9', '1.20'));
  assert.equal(await settle(), 'first');
  arrivals.begin(SENDER, LOG, '0.0', '1.9');
  first.end();
  assert.equal(await settle(), 'first,second');
});

test('nobody waits for another sender', async () => {
  const arrivals = createArrivals();
  const { watch, settle } = watched();
  arrivals.begin('another', LOG, '0.0', '1.9');
  watch('mine', arrivals.begin(SENDER, LOG, '1.9', '1.20'));
  assert.equal(await settle(), 'mine');
});
