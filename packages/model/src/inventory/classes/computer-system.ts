import type { InventoryClass } from '../inventory-class.ts';

export const computerSystemClass: InventoryClass = {
  name: 'ComputerSystem',
  description: 'The computer as its maker describes it.',
  key: [],
  category: 'hardware',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 1,
  columns: [
    { name: 'Manufacturer', type: 'string', maxLength: 255, description: 'Maker of the computer.' },
    { name: 'Model', type: 'string', maxLength: 255, description: "Maker's name of the model." },
    {
      name: 'SystemFamily',
      type: 'string',
      maxLength: 255,
      description: 'Family that the model belongs to.',
    },
    {
      name: 'SystemSKUNumber',
      type: 'string',
      maxLength: 255,
      description: "Maker's order number of the configuration.",
    },
    { name: 'UUID', type: 'guid', description: 'Identity of the hardware or virtual machine.' },
    {
      name: 'ChassisType',
      type: 'string',
      maxLength: 32,
      description: 'desktop, laptop, tablet, enterpriseServer or unknown.',
    },
    {
      name: 'HypervisorPresent',
      type: 'bool',
      description: 'True in a virtual machine.',
    },
    {
      name: 'NumberOfProcessors',
      type: 'int',
      description: 'Number of processor packages.',
    },
    {
      name: 'NumberOfLogicalProcessors',
      type: 'int',
      description: 'Number of processors that the scheduler sees.',
    },
    {
      name: 'TotalPhysicalMemory',
      type: 'int',
      unit: 'bytes',
      description: 'Memory that the kernel manages.',
    },
  ],
};
