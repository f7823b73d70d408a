import { bool, dateTime, int, text } from '../columns.ts';
import type { InventoryClass } from '../inventory-class.ts';

const FIXED = { category: 'hardware', platforms: ['linux'], cadence: 'day' } as const;

export const baseBoardClass: InventoryClass = {
  ...FIXED,
  name: 'BaseBoard',
  description: 'The main board, as the firmware describes it.',
  key: [],
  maxRows: 1,
  columns: [
    text('Manufacturer', 255, 'Maker of the board.'),
    text('Product', 255, 'Model of the board.'),
    text('Version', 128, 'Revision of the board.'),
    text('SerialNumber', 255, 'Serial number of the board.'),
    text('AssetTag', 255, 'Tag that the owner has set.'),
  ],
};

export const systemEnclosureClass: InventoryClass = {
  ...FIXED,
  name: 'SystemEnclosure',
  description: 'The case, as the firmware describes it.',
  key: [],
  maxRows: 1,
  columns: [
    text('Manufacturer', 255, 'Maker of the case.'),
    text('ChassisType', 64, 'Kind of case, in the words of SMBIOS.'),
    text('Version', 128, 'Revision of the case.'),
    text('SerialNumber', 255, 'Serial number of the case.'),
    text('AssetTag', 255, 'Tag that the owner has set.'),
  ],
};

export const physicalMemoryClass: InventoryClass = {
  ...FIXED,
  name: 'PhysicalMemory',
  description: 'One row for each memory module that the firmware lists; empty slots are left out.',
  key: ['Tag'],
  maxRows: 1024,
  columns: [
    text('Tag', 32, 'Number of the module in the firmware’s table.'),
    text('DeviceLocator', 128, 'Label of the slot.'),
    text('BankLabel', 128, 'Label of the bank.'),
    int('Capacity', 'Size of the module.', 'bytes'),
    text('MemoryType', 32, 'Kind of memory, such as DDR4.'),
    text('FormFactor', 32, 'Shape of the module, such as DIMM.'),
    int('Speed', 'Highest speed in million transfers a second.', 'MT/s'),
    int('ConfiguredClockSpeed', 'Speed that it runs at.', 'MT/s'),
    text('Manufacturer', 128, 'Maker of the module.'),
    text('PartNumber', 128, 'Maker’s part number.'),
    text('SerialNumber', 128, 'Serial number of the module.'),
  ],
};

export const batteryClass: InventoryClass = {
  ...FIXED,
  cadence: 'cycle',
  name: 'Battery',
  description:
    'One row for each battery that powers the device; those of mice and pens are left out.',
  key: ['DeviceID'],
  maxRows: 32,
  columns: [
    text('DeviceID', 64, 'Kernel’s name of the battery.'),
    text('Manufacturer', 128, 'Maker of the battery.'),
    text('Model', 128, 'Model of the battery.'),
    text('SerialNumber', 128, 'Serial number of the battery.'),
    text('Chemistry', 32, 'Kind of cells, such as Li-ion.'),
    text('Status', 32, 'Charging, Discharging, Full, Not charging or Unknown.'),
    int('EstimatedChargeRemaining', 'Charge, rounded down to tens.', 'percent'),
    int('DesignCapacity', 'Charge that it held when new.', 'mWh'),
    int('FullChargeCapacity', 'Charge that it holds now when full.', 'mWh'),
    int('CycleCount', 'How often it was charged.'),
  ],
};

export const tpmClass: InventoryClass = {
  ...FIXED,
  category: 'security',
  name: 'TPM',
  description: 'The trusted platform module.',
  key: [],
  maxRows: 1,
  columns: [
    bool('IsPresent', 'Whether the kernel has found one.'),
    text('SpecVersion', 16, 'Version of the specification, 1.2 or 2.0.'),
    text('Manufacturer', 64, 'Maker of the module, where the kernel tells.'),
    text('Driver', 64, 'Kernel’s driver of the module.'),
    bool('IsOwned', 'Whether the module has an owner; null when it cannot be told.'),
  ],
};

export const videoControllerClass: InventoryClass = {
  ...FIXED,
  name: 'VideoController',
  description: 'One row for each graphics adapter.',
  key: ['DeviceID'],
  maxRows: 64,
  columns: [
    text('DeviceID', 64, 'Address on the bus, or kernel’s name of the adapter.'),
    text('Name', 255, 'Name of the adapter, where a list of names is installed.'),
    text('AdapterCompatibility', 128, 'Maker of the adapter.'),
    text('Driver', 64, 'Kernel’s driver.'),
    int('AdapterRAM', 'Memory of the adapter, where the driver tells.', 'bytes'),
    text('CurrentMode', 64, 'Resolution of the first connected screen.'),
    int('ConnectedScreens', 'Screens that are connected.'),
  ],
};

export const usbDeviceClass: InventoryClass = {
  ...FIXED,
  cadence: 'cycle',
  name: 'USBDevice',
  description: 'One row for each device on the USB, hubs of the machine itself left out.',
  key: ['DeviceID'],
  maxRows: 512,
  columns: [
    text('DeviceID', 64, 'Place on the bus.'),
    text('VendorID', 4, 'Number of the maker.'),
    text('ProductID', 4, 'Number of the product.'),
    text('Manufacturer', 255, 'Maker, as the device says.'),
    text('Name', 255, 'Product, as the device says.'),
    text('SerialNumber', 255, 'Serial number, as the device says.'),
    text('DeviceClass', 64, 'Kind of device, or of its first interface.'),
    int('Speed', 'Speed of the connection in million bits a second.', 'Mbit/s'),
    text('Driver', 64, 'Kernel’s driver of the first interface.'),
  ],
};

export const pnpDeviceClass: InventoryClass = {
  ...FIXED,
  name: 'PNPDevice',
  description: 'One row for each device on the PCI bus.',
  key: ['DeviceID'],
  maxRows: 2000,
  columns: [
    text('DeviceID', 64, 'Address on the bus.'),
    text('Name', 255, 'Name of the device, where a list of names is installed.'),
    text('Manufacturer', 255, 'Maker, where a list of names is installed.'),
    text('VendorID', 4, 'Number of the maker.'),
    text('ProductID', 4, 'Number of the device.'),
    text('DeviceClass', 64, 'Kind of device.'),
    text('Revision', 8, 'Revision of the device.'),
    text('Driver', 64, 'Kernel’s driver; null: none is bound.'),
  ],
};

export const systemBootDataClass: InventoryClass = {
  category: 'system',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'SystemBootData',
  description: 'How the system was started.',
  key: [],
  maxRows: 1,
  columns: [
    dateTime('SystemStartTime', 'When the kernel started.'),
    text('BootId', 36, 'Id that the kernel drew at this start.'),
    text('FirmwareType', 8, 'UEFI or BIOS.'),
    text('KernelImage', 255, 'File of the kernel that was started.'),
    text('RootDevice', 255, 'Device that the root was mounted from.'),
    bool('IsQuiet', 'Whether messages at the start are suppressed.'),
    text('KernelLockdown', 32, 'none, integrity or confidentiality.'),
    text('SecurityModules', 255, 'Security modules of the kernel.'),
    bool('IsRestartPending', 'Whether an update asks for a restart.'),
    text('RestartReason', 1024, 'Packages that ask for the restart.'),
  ],
};

export const timeZoneClass: InventoryClass = {
  category: 'system',
  platforms: ['linux'],
  cadence: 'cycle',
  name: 'TimeZone',
  description: 'Time zone and how the clock is kept.',
  key: [],
  maxRows: 1,
  columns: [
    text('Name', 64, 'Name of the zone in the IANA database.'),
    int('Bias', 'Difference to UTC now.', 'minutes'),
    bool('IsDaylightSavingTime', 'Whether summer time is in force.'),
    bool('IsHardwareClockLocal', 'Whether the hardware’s clock runs on local time.'),
    text('TimeSource', 64, 'Service that keeps the clock right, where one is installed.'),
    text('TimeServers', 1024, 'Servers that it asks, with a comma and a space.'),
  ],
};
