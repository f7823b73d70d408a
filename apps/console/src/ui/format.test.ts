import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatInventoryValue,
  formatRelative,
  formatSpan,
  NOT_KNOWN,
  titleOfColumn,
} from './format.ts';
import { visibleText } from './visible-text.ts';

test('sizes are written with a factor of 1,024 and three significant digits', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(1023), '1023 B');
  assert.equal(formatBytes(1536), '1.50 KB');
  assert.equal(formatBytes(17_179_869_184), '16.0 GB');
  assert.equal(formatBytes(512e9), '477 GB');
});

test('spans are written in the unit that fits, also backwards', () => {
  assert.equal(formatSpan(8), '8 ms');
  assert.equal(formatSpan(-8), '−8 ms');
  assert.equal(formatSpan(1_254), '1.25 s');
  assert.equal(formatSpan(182_000), '3 min 2 s');
  assert.equal(formatSpan(7_380_000), '2 h 3 min');
});

test('moments are told from now, in both directions', () => {
  const now = Date.parse('2026-01-02T00:00:00Z');
  assert.equal(formatRelative('2026-01-01T23:59:50Z', now), 'just now');
  assert.equal(formatRelative('2026-01-01T23:57:00Z', now), '3 minutes ago');
  assert.equal(formatRelative('2026-01-04T00:00:00Z', now), 'in 2 days');
  assert.equal(formatRelative('no time', now), 'no time');
});

test('inventory values follow the type and unit of their column', () => {
  assert.equal(formatInventoryValue(null, { type: 'int' }), NOT_KNOWN);
  assert.equal(formatInventoryValue(true, { type: 'bool' }), 'Yes');
  assert.equal(formatInventoryValue(1_000_000_000, { type: 'int', unit: 'bits/s' }), '1 Gbit/s');
  assert.equal(formatInventoryValue(3400, { type: 'int', unit: 'MHz' }), '3.4 GHz');
  assert.equal(formatInventoryValue(6, { type: 'int' }), '6');
  assert.equal(formatInventoryValue({ a: 1 }, { type: 'string' }), '{"a":1}');
});

test('names of columns become words, with abbreviations as they are', () => {
  assert.equal(titleOfColumn('NumberOfLogicalProcessors'), 'Number of logical processors');
  assert.equal(titleOfColumn('MACAddress'), 'MAC address');
  assert.equal(titleOfColumn('SystemSKUNumber'), 'System SKU number');
  assert.equal(titleOfColumn('documentsChanged'), 'Documents changed');
});

test('characters that reorder or hide text are shown as what they are', () => {
  assert.equal(visibleText('a\u202egnp.exe'), 'a\\u202egnp.exe');
  assert.equal(visibleText('a\u200bb\0c'), 'a\\u200bb\\u0000c');
  assert.equal(visibleText('שלום ok 日本'), 'שלום ok 日本');
});
