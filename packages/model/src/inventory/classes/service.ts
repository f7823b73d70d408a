import type { InventoryClass } from '../inventory-class.ts';

export const serviceClass: InventoryClass = {
  name: 'Service',
  description: 'One row for each service that the service manager knows or runs.',
  key: ['Name'],
  category: 'system',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 5000,
  columns: [
    {
      name: 'Name',
      type: 'string',
      maxLength: 255,
      description: 'Name of the service; for systemd the unit with its suffix.',
    },
    { name: 'DisplayName', type: 'string', maxLength: 255, description: 'Description for people.' },
    {
      name: 'State',
      type: 'string',
      maxLength: 32,
      description:
        'Running: it has processes; Stopped: it has none and would have; null: not known, or finished with nothing left to run.',
    },
    {
      name: 'LoadState',
      type: 'string',
      maxLength: 32,
      description:
        'loaded, masked, error for a unit file that cannot be read, not-found for a service that runs without one.',
    },
    {
      name: 'StartMode',
      type: 'string',
      maxLength: 32,
      description:
        'enabled, enabled-runtime, disabled, static, indirect, alias, masked, generated or transient.',
    },
    {
      name: 'StartName',
      type: 'string',
      maxLength: 128,
      description: 'User that it runs as; root when none is set.',
    },
    {
      name: 'PathName',
      type: 'string',
      maxLength: 1024,
      description: 'Program that it starts, without arguments.',
    },
    {
      name: 'ProcessId',
      type: 'int',
      description: 'Main process; null when none runs or it cannot be told.',
    },
  ],
};
