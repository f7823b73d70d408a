import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type AuthorityId, silentLogger } from '@moorline/kernel';
import {
  createFakeClock,
  type FakeClock,
  type TestDatabase,
  withDatabase,
} from '@moorline/testkit';
import { AUDIT_MIGRATIONS } from '../audit/index.ts';
import { createRefusals, type Refusal, type Refusals } from './refusals.ts';

describe('refusals', () => {
  let test: TestDatabase;
  let authorityId: AuthorityId;
  let clock: FakeClock;
  let refusals: Refusals;

  before(async () => {
    test = await withDatabase(AUDIT_MIGRATIONS);
  });
  after(() => test[Symbol.asyncDispose]());
  beforeEach(() => {
    authorityId = test.newAuthority();
    clock = createFakeClock();
    refusals = createRefusals({
      authorityId,
      database: test.database,
      clock,
      logger: silentLogger,
    });
  });

  const refusal = (actor: string): Refusal => ({
    activity: 'enrolment.enrol',
    code: 'enrolment.token_invalid',
    actor,
    target: null,
  });
  const records = async (): Promise<string[]> => {
    await refusals.flush();
    const rows = await test.asOwner(
      `select actor, details->>'repeats' as repeats from audit_events
       where authority_id = '${authorityId}' order by sequence`,
    );
    return rows.map((row) => `${row.actor} ${row.repeats ?? 'first'}`);
  };

  it('records the first of a kind at once and its repeats as a number', async () => {
    for (const actor of ['a', 'b', 'a', 'a']) refusals.record(refusal(actor));
    assert.deepEqual(await records(), ['a first', 'b first', 'a 2']);
  });

  it('takes one record of an error, however many speak of it', async () => {
    const error = new Error('refused');
    refusals.record(refusal('a'), error);
    refusals.record({ ...refusal('b'), activity: 'api.request' }, error);
    refusals.record(refusal('a'), new Error('refused again'));
    assert.deepEqual(await records(), ['a first', 'a 1']);
  });

  it('begins anew with every window', async () => {
    const stop = new AbortController();
    const running = refusals.run(stop.signal).catch(() => {});
    refusals.record(refusal('a'));
    clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
    refusals.record(refusal('a'));
    assert.deepEqual(await records(), ['a first', 'a first']);
    stop.abort();
    await running;
  });

  it('attack 29: a flood from many addresses fills no log, and its size is on record', async () => {
    for (let index = 0; index < 1000; index++) refusals.record(refusal(`192.0.2.${index}`));
    const lines = await records();
    assert.equal(lines.length, 101);
    assert.equal(lines.at(-1), 'many 900');
  });
});
