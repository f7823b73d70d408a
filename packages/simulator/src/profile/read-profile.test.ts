import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LAB, ORGANIZATION } from './organization.ts';
import { parseProfile, readProfile } from './read-profile.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-profile-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

function refused(value: unknown, ...says: readonly RegExp[]): void {
  assert.throws(
    () => parseProfile(value, 'company.json'),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'simulator.profile_invalid');
      for (const pattern of says) assert.match(error.message, pattern);
      return true;
    },
  );
}

test('what a profile does not name is the built-in organization’s, or that of the one it extends', () => {
  assert.deepEqual(parseProfile({}, 'x'), ORGANIZATION);
  assert.deepEqual(parseProfile({ extends: 'lab' }, 'x'), LAB);
  const own = parseProfile({ name: 'Own', hours: { leftOnShare: 1 } }, 'x');
  assert.equal(own.name, 'Own');
  assert.deepEqual(own.hours, { ...ORGANIZATION.hours, leftOnShare: 1 });
});

test('the built-in profiles would pass as files', () => {
  for (const profile of [ORGANIZATION, LAB]) {
    assert.deepEqual(parseProfile(JSON.parse(JSON.stringify(profile)), 'x'), profile);
  }
});

test('a misspelt member or word is answered with its path and the nearest', () => {
  refused({ ofices: [] }, /ofices/, /Did you mean offices\?/);
  refused({ kinds: { lapotp: 3 } }, /kinds\.lapotp/, /Did you mean laptop\?/);
  refused({ hours: { presence: 'allways' } }, /hours\.presence/, /Did you mean always\?/);
  refused({ classes: ['Device', 'Proces'] }, /classes\[1\]/, /Did you mean Process\?/);
  refused({ extends: 'labs' }, /extends/, /Did you mean lab\?/);
  const [office] = ORGANIZATION.offices;
  refused(
    { offices: [{ ...office, timeZone: 'Europe/Zürich' }] },
    /offices\[0\]\.timeZone/,
    /Did you mean Europe\/Zurich\?/,
  );
});

test('values out of range, missing members and mixtures without models are refused', () => {
  refused({ links: { flakyShare: 1.5 } }, /links\.flakyShare/, /from 0 to 1/);
  refused({ offices: [] }, /offices/, /at least 1/);
  refused({ departments: [{ name: 'IT', weight: 1 }] }, /departments\[0\]\.software/, /missing/);
  refused({ kinds: { laptop: 0 } }, /kinds/, /above 0/);
  refused(
    { platforms: { tablet: { macos: 1 } } },
    /platforms\.tablet\.macos/,
    /no model of a tablet for macos/,
  );
  refused([], /not an object/);
  refused(7, /not an object/);
});

test('a file is read, and one that cannot be says why', async () => {
  const file = join(scratch, 'company.json');
  writeFileSync(file, JSON.stringify({ name: 'Company' }));
  assert.equal((await readProfile(file)).name, 'Company');
  writeFileSync(file, '{');
  await assert.rejects(readProfile(file), { code: 'simulator.profile_unreadable' });
  await assert.rejects(readProfile('organisation'), /did you mean organization\?/);
});
