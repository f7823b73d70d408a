import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arrival, createArrivals } from './arrivals.ts';

const SENDER = 'certificate and epoch';

/** Notes the name when it is its turn; `settle` lets everything run that can. */
function watched(): { watch(name: string, arrival: Arrival): void; settle(): Promise<string> } {
  const seen: string[] = [];
  return {
    watch: (name, arrival) => void arrival.turn().then(() => seen.push(name)),
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
    arrivals.begin(SENDER, '1.20', '1.30'),
    arrivals.begin(SENDER, '0.0', '1.9'),
    arrivals.begin(SENDER, '1.9', '1.20'),
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
  arrivals.begin(SENDER, '0.0', '1.9');
  const again = arrivals.begin(SENDER, '0.0', '1.9');
  watch('next', arrivals.begin(SENDER, '1.9', '1.20'));
  assert.equal(await settle(), '');
  again.stored();
  assert.equal(await settle(), 'next');
});

test('nobody waits for another sender', async () => {
  const arrivals = createArrivals();
  const { watch, settle } = watched();
  arrivals.begin('another', '0.0', '1.9');
  watch('mine', arrivals.begin(SENDER, '1.9', '1.20'));
  assert.equal(await settle(), 'mine');
});
