import type { InventoryClass } from '../inventory-class.ts';

/** Local accounts only; password hashes and their files are never read. */
export const userClass: InventoryClass = {
  name: 'User',
  description: 'One row for each local account.',
  key: ['Name'],
  category: 'users',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 10_000,
  columns: [
    { name: 'Name', type: 'string', maxLength: 128, description: 'Name of the account.' },
    { name: 'FullName', type: 'string', maxLength: 255, description: 'Name of the person.' },
    { name: 'UserId', type: 'int', description: 'Number of the user.' },
    { name: 'GroupId', type: 'int', description: 'Number of the primary group.' },
    { name: 'PrimaryGroup', type: 'string', maxLength: 128, description: 'Name of that group.' },
    {
      name: 'Groups',
      type: 'string',
      maxLength: 2048,
      description: 'Other groups, written with a comma and a space.',
    },
    { name: 'HomeDirectory', type: 'string', maxLength: 512, description: 'Home folder.' },
    { name: 'Shell', type: 'string', maxLength: 255, description: 'Program that a log-on starts.' },
    {
      name: 'IsSystemAccount',
      type: 'bool',
      description: 'True for an account that belongs to the system, not to a person.',
    },
    {
      name: 'IsAdministrator',
      type: 'bool',
      description: 'True for root and members of sudo, wheel or admin.',
    },
    {
      name: 'CanLogOn',
      type: 'bool',
      description: 'Whether its shell lets it open a session.',
    },
  ],
};
