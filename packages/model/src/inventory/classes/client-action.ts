import type { InventoryClass } from '../inventory-class.ts';

export const clientActionClass: InventoryClass = {
  name: 'ClientAction',
  description: 'One row for each action that the client knows, with why it cannot be done if so.',
  key: ['Action'],
  category: 'software',
  platforms: ['linux', 'windows', 'macos'],
  cadence: 'cycle',
  maxRows: 64,
  columns: [
    { name: 'Action', type: 'string', maxLength: 64, description: 'Name of the action.' },
    {
      name: 'Supported',
      type: 'bool',
      description: 'Whether the device can carry it out as it is now.',
    },
    {
      name: 'Reason',
      type: 'string',
      maxLength: 500,
      description: 'Why it cannot; null when it can.',
    },
  ],
};
