import type { InventoryClass } from '../inventory-class.ts';

export const deviceClass: InventoryClass = {
  name: 'Device',
  description: 'The device as a whole: what it is called and where it stands.',
  key: [],
  category: 'system',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 1,
  columns: [
    {
      name: 'Name',
      type: 'string',
      maxLength: 255,
      description: 'Host name, as the kernel has it.',
    },
    {
      name: 'PrettyName',
      type: 'string',
      maxLength: 255,
      description: 'Name for people, where an administrator has set one.',
    },
    { name: 'Platform', type: 'string', maxLength: 16, description: 'linux, windows or macos.' },
    {
      name: 'Domain',
      type: 'string',
      maxLength: 255,
      description: 'DNS or NIS domain that the host name belongs to.',
    },
    {
      name: 'Deployment',
      type: 'string',
      maxLength: 255,
      description: 'Deployment environment that an administrator has set, such as production.',
    },
    {
      name: 'Location',
      type: 'string',
      maxLength: 255,
      description: 'Physical place that an administrator has set.',
    },
    {
      name: 'TimeZone',
      type: 'string',
      maxLength: 64,
      description: 'Time zone of the system, as its IANA name.',
    },
  ],
};
