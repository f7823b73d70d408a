import type { InventoryClass } from '../inventory-class.ts';

export const biosClass: InventoryClass = {
  name: 'Bios',
  description: 'The firmware, and the serial number that it holds.',
  key: [],
  category: 'hardware',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 1,
  columns: [
    { name: 'Manufacturer', type: 'string', maxLength: 255, description: 'Maker of the firmware.' },
    {
      name: 'SMBIOSBIOSVersion',
      type: 'string',
      maxLength: 255,
      description: 'Version as the firmware reports it.',
    },
    {
      name: 'Version',
      type: 'string',
      maxLength: 64,
      description: 'System firmware release as major.minor.',
    },
    { name: 'ReleaseDate', type: 'dateTime', description: 'Day of the firmware release.' },
    {
      name: 'SerialNumber',
      type: 'string',
      maxLength: 255,
      description: 'Serial number of the computer; null when the maker left a placeholder.',
    },
    { name: 'FirmwareType', type: 'string', maxLength: 16, description: 'UEFI or BIOS.' },
    {
      name: 'SecureBootEnabled',
      type: 'bool',
      description: 'Whether the firmware enforces signatures at boot.',
    },
  ],
};
