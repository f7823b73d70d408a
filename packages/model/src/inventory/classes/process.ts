import type { InventoryClass } from '../inventory-class.ts';

/** Arguments are never collected: they may hold passwords and tokens. */
export const processClass: InventoryClass = {
  name: 'Process',
  description: 'One row for each process; kernel threads and arguments are left out.',
  key: ['ProcessId'],
  category: 'system',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 20_000,
  columns: [
    { name: 'ProcessId', type: 'int', description: 'Number of the process.' },
    { name: 'Name', type: 'string', maxLength: 255, description: 'Name of the process.' },
    { name: 'ParentProcessId', type: 'int', description: 'Number of the parent process.' },
    {
      name: 'ExecutablePath',
      type: 'string',
      maxLength: 1024,
      description: 'File that it runs; null when not permitted to know.',
    },
    { name: 'UserName', type: 'string', maxLength: 128, description: 'User that it runs as.' },
    { name: 'CreationDate', type: 'dateTime', description: 'When it started, to the second.' },
    {
      name: 'WorkingSetSize',
      type: 'int',
      unit: 'bytes',
      description: 'Resident memory, rounded down to a sixteenth of itself and at least 1 MiB.',
    },
    {
      name: 'CpuTime',
      type: 'int',
      unit: 'seconds',
      description:
        'Processor time since the start, rounded down to a sixteenth of itself and at least 1 s.',
    },
  ],
};
