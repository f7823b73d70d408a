import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rpmRow } from './collectors/rpm.ts';
import { encodeRpmHeader } from './rpm-fixture.ts';
import { createRpmHeader, TAG } from './rpm-header.ts';

const BASH = encodeRpmHeader([
  { tag: 1000, type: 'string', value: 'bash' },
  { tag: 1001, type: 'string', value: '5.2.26' },
  { tag: 1002, type: 'string', value: '3.fc40' },
  { tag: 1004, type: 'i18n', value: ['The GNU Bourne Again shell', 'Die GNU-Shell'] },
  { tag: 1009, type: 'int32', value: 8_364_000 },
  { tag: 1011, type: 'string', value: 'Fedora Project' },
  { tag: 1016, type: 'i18n', value: ['Unspecified'] },
  { tag: 1022, type: 'string', value: 'x86_64' },
  { tag: 1008, type: 'int32', value: 1_700_000_000 },
]);

test('texts and numbers of a header are read by tag', () => {
  const header = createRpmHeader(BASH);
  assert.equal(header?.text(TAG.name), 'bash');
  assert.equal(header?.text(TAG.summary), 'The GNU Bourne Again shell');
  assert.equal(header?.integer(TAG.size), 8_364_000);
  assert.equal(header?.integer(TAG.epoch), null);
  assert.equal(header?.text(TAG.size), null);
  assert.equal(header?.integer(TAG.name), null);
});

test('a header becomes a row with epoch and release in the version', () => {
  const header = createRpmHeader(
    encodeRpmHeader([
      { tag: 1000, type: 'string', value: 'openssl' },
      { tag: 1001, type: 'string', value: '3.2.1' },
      { tag: 1002, type: 'string', value: '2.el9' },
      { tag: 1003, type: 'int32', value: 1 },
      { tag: 1009, type: 'int32', value: 5 },
      { tag: 5009, type: 'int64', value: 6_000_000_000 },
      { tag: 1015, type: 'string', value: 'Packager <p@example.org>' },
    ]),
  );
  assert.ok(header);
  assert.deepEqual(rpmRow(header), {
    ProductName: 'openssl',
    ProductVersion: '1:3.2.1-2.el9',
    Architecture: 'noarch',
    Source: 'rpm',
    Publisher: 'Packager',
    InstalledSize: 6_000_000_000,
    InstallDate: null,
    Section: null,
    Description: null,
  });
});

test('a signing key in the database is not software', () => {
  const header = createRpmHeader(
    encodeRpmHeader([
      { tag: 1000, type: 'string', value: 'gpg-pubkey' },
      { tag: 1001, type: 'string', value: 'a15b79cc' },
    ]),
  );
  assert.ok(header);
  assert.equal(rpmRow(header), undefined);
});

test('counts that reach beyond the bytes are refused', () => {
  for (const [entries, data] of [
    [0, 0],
    [0xffff_ffff, 0],
    [1, 0xffff_ffff],
    [65_537, 0],
    [2, 0],
  ] as const) {
    const bytes = Buffer.alloc(24);
    bytes.writeUInt32BE(entries, 0);
    bytes.writeUInt32BE(data, 4);
    assert.equal(createRpmHeader(bytes), undefined, `${entries} ${data}`);
  }
});

test('a text without an end inside the data is null, whatever follows the header', () => {
  const header = encodeRpmHeader([{ tag: 1000, type: 'string', value: 'name' }]);
  // The region's trailer of 16 bytes and the text's end.
  const cut = 17;
  const unterminated = header.subarray(0, header.length - cut);
  unterminated.writeUInt32BE(unterminated.readUInt32BE(4) - cut, 4);
  const followed = Buffer.concat([unterminated, Buffer.from('more\0')]);
  assert.equal(createRpmHeader(followed)?.text(TAG.name), null);
});

function readAll(bytes: Uint8Array): void {
  const header = createRpmHeader(bytes);
  if (header) {
    for (const tag of Object.values(TAG)) {
      const text = header.text(tag);
      assert.ok(text === null || text.length <= 4096);
      const number = header.integer(tag);
      assert.ok(number === null || (Number.isSafeInteger(number) && number >= 0));
    }
    rpmRow(header);
  }
}

test('bytes of any content never make the parser throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), readAll), { numRuns: 500 });
});

test('a header with any bytes changed or cut off never makes the parser throw', () => {
  const change = fc.tuple(fc.nat(BASH.length - 1), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(BASH.length), (changes, length) => {
      const bytes = Buffer.from(BASH);
      for (const [at, value] of changes) bytes[at] = value;
      readAll(bytes.subarray(0, length));
    }),
    { numRuns: 1000 },
  );
});
