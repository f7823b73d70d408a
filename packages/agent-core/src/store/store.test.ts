import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openActionJournal } from '../actions/journal.ts';
import { serviceRows } from '../testing/fixture-provider.ts';
import { createHeldClock } from '../testing/held-clock.ts';
import { openAcknowledgedDocuments } from './acknowledged-documents.ts';
import { openDurableQueue } from './durable-queue.ts';
import { openRecordLog } from './record-log.ts';

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'moorline-store-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('a record cut off in the middle is gone and the next one is whole', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'log');
  {
    await using first = (await openRecordLog(path)).log;
    await first.append([{ a: 1 }, { b: 'zwei ü' }], { durable: true });
  }
  await appendFile(path, '{"c":"ü cut o');
  {
    const { log, records } = await openRecordLog(path);
    await using _ = log;
    assert.deepEqual(records, [{ a: 1 }, { b: 'zwei ü' }]);
    await log.append([{ d: 4 }], { durable: true });
  }
  assert.equal(await readFile(path, 'utf8'), '{"a":1}\n{"b":"zwei ü"}\n{"d":4}\n');
});

test('a full queue drops the oldest message that is not final, and counts it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'queue');
  const body = (id: string) => ({ id, text: 'x'.repeat(100) });
  {
    await using queue = await openDurableQueue(path, { limitBytes: 380 });
    await queue.push(body('1'), { final: true });
    await queue.push(body('2'), { final: false });
    await queue.push(body('3'), { final: false });
    await queue.push(body('4'), { final: true });
    assert.deepEqual(
      queue.peek(9).map((message) => message.body.id),
      ['1', '3', '4'],
    );
    await queue.push(body('5'), { final: true });
    await queue.push(body('6'), { final: true });
  }
  await using queue = await openDurableQueue(path, { limitBytes: 380 });
  assert.deepEqual(
    queue.peek(9).map((message) => message.body.id),
    ['4', '5', '6'],
  );
  assert.equal(queue.dropped, 3);
});

test('a queue holds after a restart what it held before, whatever was done to it', async () => {
  await using folder = await temporaryFolder();
  let round = 0;
  const step = fc.oneof(
    fc.record({ push: fc.string({ maxLength: 2000 }), final: fc.boolean() }),
    fc.record({ remove: fc.nat(3) }),
    fc.constant({ reopen: true }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const path = join(folder.path, `queue-${round++}`);
      const options = { limitBytes: 8_000 };
      let queue = await openDurableQueue(path, options);
      for (const action of steps) {
        if ('push' in action) await queue.push({ text: action.push }, action);
        if ('remove' in action) {
          await queue.remove(queue.peek(action.remove).map(({ sequence }) => sequence));
        }
        if ('reopen' in action) {
          const before = { messages: queue.peek(99), dropped: queue.dropped };
          await queue[Symbol.asyncDispose]();
          queue = await openDurableQueue(path, options);
          assert.deepEqual({ messages: queue.peek(99), dropped: queue.dropped }, before);
        }
        const bytes = queue.peek(99).reduce((sum, m) => sum + JSON.stringify(m.body).length, 0);
        assert.ok(bytes <= options.limitBytes);
      }
      await queue[Symbol.asyncDispose]();
    }),
    { numRuns: 40 },
  );
});

test('the file of a queue does not grow with what has passed through it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'queue');
  await using queue = await openDurableQueue(path, { limitBytes: 100_000 });
  for (let index = 0; index < 1500; index++) {
    await queue.push({ text: 'x'.repeat(200) }, { final: false });
    await queue.remove(queue.peek(1).map(({ sequence }) => sequence));
  }
  assert.ok((await stat(path)).size < 100_000);
});

test('a journal forgets what ended and arrived long ago, and nothing else', async () => {
  await using folder = await temporaryFolder();
  const clock = createHeldClock();
  const path = join(folder.path, 'journal');
  const action = (id: string) => ({ id, kind: 'count', expiresAt: '2099-01-01T00:00:00.000Z' });
  const done = { errorCode: 0, message: '', details: {} };
  {
    await using journal = await openActionJournal(path, clock);
    for (const id of ['reported', 'unreported', 'running']) await journal.received(action(id));
    await journal.reported([await journal.done('reported', done)]);
    await journal.done('unreported', done);
    await journal.running('running');
  }
  clock.advance(31 * 24 * 3_600_000);
  await using journal = await openActionJournal(path, clock);
  assert.equal(journal.entry('reported'), undefined);
  assert.equal(journal.entry('unreported')?.report.state, 'succeeded');
  assert.deepEqual(
    journal.unfinished().map((entry) => entry.action.id),
    ['running'],
  );
});

test('a journal keeps the latest thousand ids', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'journal');
  const clock = createHeldClock();
  const at = '2026-11-23T00:00:00.000Z';
  const lines = Array.from({ length: 1200 }, (_, index) => {
    const id = `a-${index}`;
    return JSON.stringify({
      action: { id, kind: 'count', expiresAt: at },
      report: { id, state: 'succeeded', at, result: { errorCode: 0, message: '', details: {} } },
      isReported: true,
    });
  });
  await writeFile(path, `${lines.join('\n')}\n`);
  await using journal = await openActionJournal(path, clock);
  assert.equal(journal.entry('a-199'), undefined);
  assert.equal(journal.entry('a-200')?.isReported, true);
});

test('a damaged acknowledged document is as if it were not there', async () => {
  await using folder = await temporaryFolder();
  const head = { hash: 'a'.repeat(64), acknowledgedAt: 1 };
  const documents = await openAcknowledgedDocuments(folder.path);
  await documents.put('Service', head, serviceRows(3));
  const again = await openAcknowledgedDocuments(folder.path);
  assert.deepEqual(again.head('Service'), head);
  assert.deepEqual(await again.rows('Service'), serviceRows(3));
  await writeFile(join(folder.path, 'Service.json.gz'), 'no gzip');
  assert.equal(await again.rows('Service'), undefined);
  assert.equal((await openAcknowledgedDocuments(folder.path)).head('Service'), undefined);
});
