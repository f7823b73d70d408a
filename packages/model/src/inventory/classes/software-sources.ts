import { bool, dateTime, int, sensitive, text } from '../columns.ts';
import type { InventoryClass } from '../inventory-class.ts';

export const packageRepositoryClass: InventoryClass = {
  category: 'software',
  platforms: ['linux'],
  cadence: 'day',
  name: 'PackageRepository',
  description: 'One row for each source that packages are installed from.',
  key: ['Name', 'File'],
  maxRows: 2000,
  columns: [
    text('Name', 512, 'Short name; for apt: type, address, suite and components.'),
    text('File', 255, 'File that it stands in.'),
    text('Kind', 16, 'apt, dnf, zypper, snap or flatpak.'),
    sensitive('URI', 1024, 'Address; what stands for a password is replaced.'),
    text('Suites', 255, 'Suites or releases.'),
    text('Components', 255, 'Parts of the source.'),
    bool('IsEnabled', 'Whether packages are taken from it.'),
    bool('IsSigned', 'Whether signatures are asked for; null: by the system’s default.'),
    dateTime('LastUpdated', 'When its list was fetched last.'),
  ],
};

export const softwareUpdateClass: InventoryClass = {
  category: 'software',
  platforms: ['linux'],
  cadence: 'day',
  name: 'SoftwareUpdate',
  description:
    'One row for each installed package of which the lists on the device know a later version; the lists are not fetched.',
  key: ['ProductName', 'Architecture'],
  maxRows: 10_000,
  columns: [
    text('ProductName', 255, 'Name of the package.'),
    text('Architecture', 32, 'Architecture of the package.'),
    text('InstalledVersion', 255, 'Version that is installed.'),
    text('AvailableVersion', 255, 'Latest version in the lists.'),
    bool('IsSecurity', 'Whether it comes from a source of security updates.'),
    bool('IsHeld', 'Whether an administrator holds the package back.'),
    text('Repository', 512, 'List that it comes from.'),
    int('DownloadSize', 'Size of the download.', 'bytes'),
  ],
};

export const virtualMachineClass: InventoryClass = {
  category: 'system',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'VirtualMachine',
  description:
    'The virtual machine or container that the system runs in, and one row for each that it hosts.',
  key: ['Role', 'Name'],
  maxRows: 2000,
  columns: [
    text('Role', 8, 'Guest: the system itself runs in one; Host: it runs one.'),
    text('Name', 255, 'Name; for a guest the kind of its host.'),
    text('Kind', 64, 'kvm, vmware, hyperv, xen, libvirt, docker, podman, lxc, nspawn or another.'),
    text('UniqueId', 128, 'Id that its manager gave.'),
    text('State', 16, 'Running or Stopped; null: not known.'),
    text('Image', 512, 'What it was made from.'),
  ],
};
