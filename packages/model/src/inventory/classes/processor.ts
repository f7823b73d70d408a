import type { InventoryClass } from '../inventory-class.ts';

export const processorClass: InventoryClass = {
  name: 'Processor',
  description: 'One row for each processor package.',
  key: ['DeviceID'],
  category: 'hardware',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 256,
  columns: [
    {
      name: 'DeviceID',
      type: 'string',
      maxLength: 32,
      description: 'CPU and the number of the package.',
    },
    { name: 'Name', type: 'string', maxLength: 255, description: "Maker's name of the model." },
    { name: 'Manufacturer', type: 'string', maxLength: 64, description: 'Vendor identification.' },
    {
      name: 'Architecture',
      type: 'string',
      maxLength: 16,
      description: 'x86, x64, arm or arM64; else the name that the kernel uses.',
    },
    { name: 'Family', type: 'int', description: 'Family number.' },
    { name: 'ModelNumber', type: 'int', description: 'Model number within the family.' },
    { name: 'Stepping', type: 'int', description: 'Stepping of the model.' },
    { name: 'NumberOfCores', type: 'int', description: 'Cores in the package.' },
    {
      name: 'NumberOfLogicalProcessors',
      type: 'int',
      description: 'Hardware threads in the package that are online.',
    },
    {
      name: 'MaxClockSpeed',
      type: 'int',
      unit: 'MHz',
      description: 'Highest clock speed; the present one is not recorded.',
    },
    {
      name: 'L2CacheSize',
      type: 'int',
      unit: 'bytes',
      description: 'Second-level cache of a core.',
    },
    {
      name: 'L3CacheSize',
      type: 'int',
      unit: 'bytes',
      description: 'Third-level cache of a core.',
    },
  ],
};
