import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogFields, type Logger, silentLogger } from '@moorline/kernel';
import { createBus, defineTopic } from './index.ts';

const numbers = defineTopic<number>('numbers');
const words = defineTopic<string>('words');

function collectingLogger(): { logger: Logger; errors: LogFields[] } {
  const errors: LogFields[] = [];
  return { logger: { ...silentLogger, error: (fields) => void errors.push(fields) }, errors };
}

/** Resolves after the microtasks that are queued by now. */
const afterMicrotasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a message reaches every subscriber of its topic, and nobody else', async () => {
  const bus = createBus(silentLogger);
  const seen: unknown[] = [];
  bus.subscribe(numbers, (message) => void seen.push(['first', message]));
  bus.subscribe(numbers, (message) => void seen.push(['second', message]));
  bus.subscribe(words, (message) => void seen.push(['words', message]));
  bus.publish(numbers, 7);
  await afterMicrotasks();
  assert.deepEqual(seen, [
    ['first', 7],
    ['second', 7],
  ]);
});

test('the publisher goes on before any handler runs', async () => {
  const bus = createBus(silentLogger);
  const order: string[] = [];
  bus.subscribe(numbers, () => void order.push('handler'));
  bus.publish(numbers, 1);
  order.push('publisher');
  await afterMicrotasks();
  assert.deepEqual(order, ['publisher', 'handler']);
});

test('messages of a topic arrive in the order in which they were published', async () => {
  const bus = createBus(silentLogger);
  const seen: number[] = [];
  bus.subscribe(numbers, async (message) => void seen.push(message));
  for (let count = 0; count < 100; count++) bus.publish(numbers, count);
  await afterMicrotasks();
  assert.deepEqual(
    seen,
    Array.from({ length: 100 }, (_, index) => index),
  );
});

test('a handler that throws and one that rejects are logged and disturb nobody', async () => {
  const { logger, errors } = collectingLogger();
  const bus = createBus(logger);
  const seen: number[] = [];
  bus.subscribe(numbers, () => {
    throw new Error('thrown');
  });
  bus.subscribe(numbers, () => Promise.reject(new Error('rejected')));
  bus.subscribe(numbers, (message) => void seen.push(message));
  bus.publish(numbers, 1);
  bus.publish(numbers, 2);
  await afterMicrotasks();
  assert.deepEqual(seen, [1, 2]);
  assert.deepEqual(errors.map(({ err, topic }) => [(err as Error).message, topic]).sort(), [
    ['rejected', 'numbers'],
    ['rejected', 'numbers'],
    ['thrown', 'numbers'],
    ['thrown', 'numbers'],
  ]);
});

test('a disposed subscription gets nothing more, not even what was on its way', async () => {
  const bus = createBus(silentLogger);
  const seen: string[] = [];
  const subscription = bus.subscribe(numbers, () => void seen.push('disposed'));
  bus.subscribe(numbers, () => void seen.push('staying'));
  bus.publish(numbers, 1);
  subscription[Symbol.dispose]();
  bus.publish(numbers, 2);
  await afterMicrotasks();
  assert.deepEqual(seen, ['staying', 'staying']);
});

test('who subscribes after a publication does not get it', async () => {
  const bus = createBus(silentLogger);
  const seen: number[] = [];
  bus.publish(numbers, 1);
  bus.subscribe(numbers, (message) => void seen.push(message));
  bus.publish(numbers, 2);
  await afterMicrotasks();
  assert.deepEqual(seen, [2]);
});
