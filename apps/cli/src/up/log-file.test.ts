import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { openLogFile } from './log-file.ts';

const scratch = mkdtempSync(join(tmpdir(), 'moorline-log-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

test('a log goes on where it ended', () => {
  for (const text of ['one\n', 'two\n']) {
    using log = openLogFile(scratch, 'agent');
    writeSync(log.descriptor, text);
  }
  assert.equal(readFileSync(join(scratch, 'logs', 'agent.log'), 'utf8'), 'one\ntwo\n');
});

test('a large log is put aside, and no more than three are kept', () => {
  mkdirSync(join(scratch, 'logs'), { recursive: true });
  const path = join(scratch, 'logs', 'site.log');
  for (let round = 0; round < 5; round++) {
    writeFileSync(path, `${round}`);
    truncateSync(path, 11 * 1024 * 1024);
    openLogFile(scratch, 'site')[Symbol.dispose]();
  }
  const firstOf = (file: string): string => readFileSync(file, 'latin1').slice(0, 1);
  assert.equal(readFileSync(path, 'utf8'), '');
  assert.deepEqual(
    [1, 2, 3].map((index) => firstOf(`${path}.${index}`)),
    ['4', '3', '2'],
  );
  assert.equal(existsSync(`${path}.4`), false);
});
