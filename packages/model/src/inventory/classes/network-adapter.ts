import type { InventoryClass } from '../inventory-class.ts';

export const networkAdapterClass: InventoryClass = {
  name: 'NetworkAdapter',
  description: 'One row for each network interface but loopback and the ends of container links.',
  key: ['Name'],
  category: 'network',
  platforms: ['linux'],
  cadence: 'cycle',
  maxRows: 512,
  columns: [
    { name: 'Name', type: 'string', maxLength: 64, description: 'Name of the interface.' },
    {
      name: 'AdapterType',
      type: 'string',
      maxLength: 16,
      description: 'ethernet, wifi, wwan, bridge, bond, vlan, tunnel, infiniband or other.',
    },
    {
      name: 'MACAddress',
      type: 'string',
      maxLength: 64,
      description: 'Hardware address in upper case with colons.',
    },
    {
      name: 'PhysicalAdapter',
      type: 'bool',
      description: 'True for an adapter on a bus, also a virtual machine one.',
    },
    { name: 'ServiceName', type: 'string', maxLength: 64, description: 'Driver of the adapter.' },
    { name: 'Status', type: 'string', maxLength: 32, description: 'up, down, dormant or unknown.' },
    {
      name: 'Speed',
      type: 'int',
      unit: 'bits/s',
      description: 'Speed of the link; null when it is down or has none.',
    },
    { name: 'MTU', type: 'int', unit: 'bytes', description: 'Largest packet.' },
  ],
};
