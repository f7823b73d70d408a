import type { InventoryClass } from '../inventory-class.ts';

export const osClass: InventoryClass = {
  name: 'OS',
  description: 'The operating system that runs now.',
  key: [],
  category: 'system',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 1,
  columns: [
    {
      name: 'Caption',
      type: 'string',
      maxLength: 255,
      description: 'Full name with version, as the vendor writes it.',
    },
    { name: 'Name', type: 'string', maxLength: 128, description: 'Name without a version.' },
    {
      name: 'DistributionId',
      type: 'string',
      maxLength: 64,
      description: "Vendor's short name in lower case, such as debian.",
    },
    {
      name: 'Version',
      type: 'string',
      maxLength: 64,
      description: 'Version number of the release.',
    },
    {
      name: 'CodeName',
      type: 'string',
      maxLength: 64,
      description: 'Code name of the release.',
    },
    {
      name: 'BuildNumber',
      type: 'string',
      maxLength: 64,
      description: 'Build of the system image, where the vendor numbers it.',
    },
    {
      name: 'KernelVersion',
      type: 'string',
      maxLength: 128,
      description: 'Release of the kernel.',
    },
    {
      name: 'OSArchitecture',
      type: 'string',
      maxLength: 16,
      description:
        'Processor architecture of the kernel: x86, x64, arm or arM64; else its own name.',
    },
    {
      name: 'OSLanguage',
      type: 'string',
      maxLength: 64,
      description: 'Default locale of the system.',
    },
    {
      name: 'LastBootUpTime',
      type: 'dateTime',
      description: 'When the kernel started; the uptime is counted from here.',
    },
  ],
};
