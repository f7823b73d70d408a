import type { InventoryClass } from '../inventory-class.ts';

/** Free memory is left out: it differs at every look, and a live query answers it better. */
export const memoryClass: InventoryClass = {
  name: 'Memory',
  description: 'How much memory the system has; not how much of it is free at the moment.',
  key: [],
  category: 'hardware',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 1,
  columns: [
    {
      name: 'TotalPhysicalMemory',
      type: 'int',
      unit: 'bytes',
      description: 'Memory that the kernel manages: installed memory less what firmware reserves.',
    },
    {
      name: 'TotalPageFileSpace',
      type: 'int',
      unit: 'bytes',
      description: 'Size of all swap areas in use; 0 when there is none.',
    },
    {
      name: 'TotalVirtualMemory',
      type: 'int',
      unit: 'bytes',
      description: 'Physical memory and swap together.',
    },
  ],
};
