import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type DeviceSummary,
  SUMMARY_CLASSES,
  SUMMARY_FIELDS,
  type SummaryClass,
  type SummarySource,
} from './device-summary.ts';
import { summarize } from './summarize.ts';

const GIB = 1024 ** 3;

const LAPTOP: SummarySource = {
  Device: [{ Name: 'lt-042' }],
  OS: [{ Caption: 'Ubuntu 24.04.1 LTS', Name: 'Ubuntu', Version: '24.04', OSArchitecture: 'x64' }],
  ComputerSystem: [{ Manufacturer: 'Contoso', Model: 'Slim 5', ChassisType: 'laptop' }],
  Bios: [{ SerialNumber: 'SN-1' }],
  Memory: [{ TotalPhysicalMemory: 16 * GIB }],
  LogicalDisk: [
    { Name: '/', DeviceID: '/dev/nvme0n1p2', Size: 100 * GIB, FreeSpace: 40 * GIB },
    { Name: '/boot', DeviceID: '/dev/nvme0n1p1', Size: 1 * GIB, FreeSpace: null },
    { Name: '/srv', DeviceID: '/dev/nvme0n1p2', Size: 100 * GIB, FreeSpace: 40 * GIB },
  ],
  NetworkAdapter: [
    { Name: 'br0', AdapterType: 'bridge', MACAddress: '02:00:00:00:00:01', PhysicalAdapter: false },
    {
      Name: 'enp2s0',
      AdapterType: 'ethernet',
      MACAddress: '02:00:00:00:00:02',
      PhysicalAdapter: true,
      Status: 'down',
    },
    {
      Name: 'enp3s0',
      AdapterType: 'ethernet',
      MACAddress: '02:00:00:00:00:03',
      PhysicalAdapter: true,
      Status: 'up',
    },
    {
      Name: 'wlan0',
      AdapterType: 'wifi',
      MACAddress: '02:00:00:00:00:04',
      PhysicalAdapter: true,
      Status: 'up',
    },
  ],
};

test('every field comes from its class', () => {
  assert.deepEqual(summarize(LAPTOP), {
    name: 'lt-042',
    operatingSystem: 'Ubuntu',
    osVersion: '24.04',
    manufacturer: 'Contoso',
    model: 'Slim 5',
    serialNumber: 'SN-1',
    architecture: 'x64',
    chassisType: 'laptop',
    physicalMemoryBytes: 16 * GIB,
    totalStorageBytes: 101 * GIB,
    freeStorageBytes: 40 * GIB,
    ethernetMacAddress: '02:00:00:00:00:03',
    wifiMacAddress: '02:00:00:00:00:04',
  });
});

test('a device that has reported nothing has a summary of nulls', () => {
  assert.deepEqual(summarize({}), {
    name: null,
    operatingSystem: null,
    osVersion: null,
    manufacturer: null,
    model: null,
    serialNumber: null,
    architecture: 'unknown',
    chassisType: 'unknown',
    physicalMemoryBytes: null,
    totalStorageBytes: null,
    freeStorageBytes: null,
    ethernetMacAddress: null,
    wifiMacAddress: null,
  });
});

test('an architecture of no known name is unknown, and no memory row falls back to the computer', () => {
  const summary = summarize({
    OS: [{ OSArchitecture: 'riscv64' }],
    ComputerSystem: [{ ChassisType: 'spaceship', TotalPhysicalMemory: 5 }],
  });
  assert.equal(summary.architecture, 'unknown');
  assert.equal(summary.chassisType, 'unknown');
  assert.equal(summary.physicalMemoryBytes, 5);
});

test('a release without a version number shows its build, and without a name its caption', () => {
  const summary = summarize({ OS: [{ Caption: 'Rolling Linux', BuildNumber: '20261101' }] });
  assert.equal(summary.operatingSystem, 'Rolling Linux');
  assert.equal(summary.osVersion, '20261101');
});

test('the order in which rows arrive changes nothing', () => {
  const reversed = Object.fromEntries(
    Object.entries(LAPTOP).map(([name, rows]) => [name, [...rows].reverse()]),
  );
  assert.deepEqual(summarize(reversed), summarize(LAPTOP));
});

test('rows of any content never make it throw, and every figure is a whole number or null', () => {
  const anySource = fc.dictionary(fc.constantFrom(...SUMMARY_CLASSES), fc.anything());
  const oddRows = fc.dictionary(
    fc.constantFrom(...SUMMARY_CLASSES),
    fc.array(
      fc.oneof(
        fc.anything(),
        fc.dictionary(
          fc.constantFrom('Name', 'Size', 'FreeSpace', 'MACAddress', 'AdapterType', 'DeviceID'),
          fc.oneof(fc.anything(), fc.double(), fc.constant('ethernet')),
        ),
      ),
    ),
  );
  fc.assert(
    fc.property(fc.oneof(anySource, oddRows), (source) => {
      // Deliberately not a SummarySource: what a database of another version may hold.
      const summary = summarize(source as SummarySource);
      for (const value of [
        summary.physicalMemoryBytes,
        summary.totalStorageBytes,
        summary.freeStorageBytes,
      ])
        assert.ok(value === null || (Number.isSafeInteger(value) && value >= 0));
      assert.ok(summary.name === null || typeof summary.name === 'string');
    }),
  );
});

test('a class changes no field but those that it has a say in, and they come from such classes alone', () => {
  const columns = [
    ...['Name', 'Caption', 'Version', 'BuildNumber', 'OSArchitecture', 'Manufacturer', 'Model'],
    ...['ChassisType', 'TotalPhysicalMemory', 'SerialNumber', 'DeviceID', 'Size', 'FreeSpace'],
    ...['AdapterType', 'MACAddress', 'PhysicalAdapter', 'Status'],
  ];
  const values = fc.constantFrom('x', 'x64', 'laptop', 'ethernet', 'wifi', 'up', '', null, true, 7);
  const rows = fc.array(fc.dictionary(fc.constantFrom(...columns), values), { maxLength: 3 });
  const sources = fc.dictionary(fc.constantFrom(...SUMMARY_CLASSES), rows);
  fc.assert(
    fc.property(sources, fc.constantFrom(...SUMMARY_CLASSES), rows, (source, name, changed) => {
      const before = summarize(source);
      const after = summarize({ ...source, [name]: changed });
      const fields = SUMMARY_FIELDS[name];
      const classes = SUMMARY_CLASSES.filter((candidate: SummaryClass) =>
        SUMMARY_FIELDS[candidate].some((field) => fields.includes(field)),
      );
      const part = summarize(
        Object.fromEntries(
          classes.map((other) => [other, other === name ? changed : source[other]]),
        ),
      );
      for (const field of Object.keys(after) as (keyof DeviceSummary)[]) {
        if (fields.includes(field)) assert.equal(part[field], after[field], field);
        else assert.equal(after[field], before[field], field);
      }
    }),
  );
});
