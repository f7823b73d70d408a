import type { InventoryClass } from '../inventory-class.ts';

export const ipConfigClass: InventoryClass = {
  name: 'IPConfig',
  description:
    'One row for each interface that has an address; lists are written with a comma and a space.',
  key: ['InterfaceAlias'],
  category: 'network',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 512,
  columns: [
    {
      name: 'InterfaceAlias',
      type: 'string',
      maxLength: 64,
      description: 'Name of the interface.',
    },
    {
      name: 'InterfaceDescription',
      type: 'string',
      maxLength: 255,
      description: 'Description that an administrator has set, or the driver.',
    },
    { name: 'Status', type: 'string', maxLength: 32, description: 'Up or Disconnected.' },
    {
      name: 'IPV4Address',
      type: 'string',
      maxLength: 2048,
      description: 'IPv4 addresses with prefix length.',
    },
    {
      name: 'IPV6Address',
      type: 'string',
      maxLength: 2048,
      description: 'IPv6 addresses with prefix length, without temporary ones.',
    },
    {
      name: 'IPV4DefaultGateway',
      type: 'string',
      maxLength: 64,
      description: 'IPv4 gateway of the best default route through the interface.',
    },
    {
      name: 'IPV6DefaultGateway',
      type: 'string',
      maxLength: 64,
      description: 'IPv6 gateway of the best default route through the interface.',
    },
    {
      name: 'DNSServerList',
      type: 'string',
      maxLength: 1024,
      description: 'Name servers of the system, in their order, at interfaces that have a gateway.',
    },
  ],
};
