import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INVENTORY_CLASSES, inventoryClass } from './catalogue.ts';

test('every class is found by its name and no other', () => {
  for (const declared of INVENTORY_CLASSES) assert.equal(inventoryClass(declared.name), declared);
  assert.equal(inventoryClass('device'), undefined);
  assert.equal(inventoryClass('__proto__'), undefined);
});

test('names of classes and of columns within a class are unique and start with a capital letter', () => {
  const names = INVENTORY_CLASSES.map((declared) => declared.name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, columns } of INVENTORY_CLASSES) {
    const columnNames = columns.map((column) => column.name);
    assert.equal(new Set(columnNames).size, columnNames.length, name);
    for (const text of [name, ...columnNames]) assert.match(text, /^[A-Z][A-Za-z0-9]*$/);
  }
});

test('no column is called Device, which every row of a query carries already', () => {
  for (const { columns } of INVENTORY_CLASSES)
    assert.ok(columns.every((column) => column.name !== 'Device'));
});

test('every key column is declared, and a class without a key has one row', () => {
  for (const { name, columns, key, maxRows } of INVENTORY_CLASSES) {
    const columnNames = new Set(columns.map((column) => column.name));
    for (const column of key) assert.ok(columnNames.has(column), `${name}.${column}`);
    assert.equal(key.length === 0, maxRows === 1, name);
  }
});

test('every class and column says in a sentence what it is', () => {
  for (const { name, description, columns } of INVENTORY_CLASSES) {
    assert.match(description, /^[A-Z].*\.$/, name);
    for (const column of columns) {
      assert.ok(column.description.endsWith('.'), `${name}.${column.name}`);
    }
  }
});
