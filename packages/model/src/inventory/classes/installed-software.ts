import type { InventoryClass } from '../inventory-class.ts';

export const installedSoftwareClass: InventoryClass = {
  name: 'InstalledSoftware',
  description: 'One row for each installed package, as the package databases know them.',
  key: ['ProductName', 'ProductVersion', 'Architecture', 'Source'],
  category: 'software',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 20_000,
  columns: [
    { name: 'ProductName', type: 'string', maxLength: 255, description: 'Name of the package.' },
    {
      name: 'ProductVersion',
      type: 'string',
      maxLength: 255,
      description: 'Full version with epoch and release.',
    },
    {
      name: 'Architecture',
      type: 'string',
      maxLength: 32,
      description: "Architecture in the package system's own words, such as amd64 or x86_64.",
    },
    {
      name: 'Source',
      type: 'string',
      maxLength: 16,
      description: 'Package database: dpkg, rpm, snap or flatpak.',
    },
    {
      name: 'Publisher',
      type: 'string',
      maxLength: 255,
      description: 'Vendor or maintainer, without a mail address.',
    },
    {
      name: 'InstalledSize',
      type: 'int',
      unit: 'bytes',
      description: 'Space that the package takes, as it declares.',
    },
    {
      name: 'InstallDate',
      type: 'dateTime',
      description: 'When this version was installed.',
    },
    {
      name: 'Section',
      type: 'string',
      maxLength: 128,
      description: 'Kind of software, as the package declares.',
    },
    { name: 'Description', type: 'string', maxLength: 255, description: 'Summary in one line.' },
  ],
};
