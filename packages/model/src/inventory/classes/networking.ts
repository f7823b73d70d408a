import { bool, int, sensitive, text } from '../columns.ts';
import type { InventoryClass } from '../inventory-class.ts';

const FACTS = { platforms: ['linux'], category: 'network' } as const;

export const connectionClass: InventoryClass = {
  ...FACTS,
  cadence: 'day',
  name: 'Connection',
  description: 'One row for each socket that listens or is connected, when it was collected.',
  key: ['Protocol', 'LocalAddress', 'LocalPort', 'RemoteAddress', 'RemotePort'],
  maxRows: 5000,
  columns: [
    text('Protocol', 8, 'TCP, TCP6, UDP or UDP6.'),
    text('LocalAddress', 64, 'Address of this end.'),
    int('LocalPort', 'Port of this end.'),
    text('RemoteAddress', 64, 'Address of the other end; any when there is none.'),
    int('RemotePort', 'Port of the other end; 0 when there is none.'),
    text('State', 16, 'Listen, Established, or another state of TCP; Bound for UDP.'),
    text('UserName', 128, 'User that the socket belongs to.'),
  ],
};

export const networkRouteClass: InventoryClass = {
  ...FACTS,
  cadence: 'cycle',
  name: 'NetworkRoute',
  description: 'One row for each route of the main table, without those to the device itself.',
  key: ['DestinationPrefix', 'InterfaceAlias', 'NextHop', 'RouteMetric'],
  maxRows: 10_000,
  columns: [
    text('DestinationPrefix', 64, 'Network that the route leads to.'),
    text('InterfaceAlias', 64, 'Interface that it goes out by.'),
    text('NextHop', 64, 'Gateway; 0.0.0.0 or :: when the network is on the link.'),
    int('RouteMetric', 'Lower ones are taken first.'),
    text('AddressFamily', 8, 'IPv4 or IPv6.'),
  ],
};

export const fileShareClass: InventoryClass = {
  ...FACTS,
  cadence: 'day',
  name: 'FileShare',
  description: 'One row for each folder that is offered to others by Samba or NFS.',
  key: ['Name', 'Protocol'],
  maxRows: 2000,
  columns: [
    text('Name', 512, 'Name of the share; for NFS its folder.'),
    text('Protocol', 8, 'SMB or NFS.'),
    text('Path', 512, 'Folder that is offered.'),
    text('Description', 255, 'Comment of the share.'),
    text('Clients', 2048, 'Who may use it, as the file says.'),
    bool('IsReadOnly', 'Whether writes are refused.'),
    bool('IsGuestAllowed', 'Whether it needs no password.'),
  ],
};

export const sshConfigurationClass: InventoryClass = {
  platforms: ['linux'],
  category: 'security',
  cadence: 'day',
  name: 'SSHConfiguration',
  description: 'One row for each setting that the SSH server reads; the first of a name counts.',
  key: ['Condition', 'Setting', 'Position'],
  maxRows: 1000,
  columns: [
    text('Condition', 512, 'Match line that it stands below; all for everybody.'),
    text('Setting', 64, 'Name of the setting in lower case.'),
    int('Position', 'First, second, … of this name: some may stand more than once.'),
    text('Value', 1024, 'What it is set to.'),
    text('File', 255, 'File that it stands in.'),
    bool('IsEffective', 'Whether no earlier line sets the same.'),
  ],
};

export const printerClass: InventoryClass = {
  platforms: ['linux'],
  category: 'hardware',
  cadence: 'day',
  name: 'Printer',
  description: 'One row for each print queue of CUPS.',
  key: ['Name'],
  maxRows: 1000,
  columns: [
    text('Name', 255, 'Name of the queue.'),
    text('Description', 255, 'Description for people.'),
    text('Location', 255, 'Where it stands.'),
    text('DriverName', 255, 'Maker and model of the driver.'),
    sensitive('DeviceURI', 1024, 'How it is reached.'),
    bool('IsDefault', 'Whether it is used when none is named.'),
    bool('IsShared', 'Whether others may use it.'),
    text('State', 16, 'Idle or Stopped.'),
  ],
};
