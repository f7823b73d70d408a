import { basename } from 'node:path/posix';
import type { FileTree } from '../file-tree.ts';
import { readHardwareNames } from '../hardware-names.ts';
import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';

/** @spec PCI Code and ID Assignment, base classes */
const PCI_CLASSES =
  'Unclassified,Mass storage,Network,Display,Multimedia,Memory,Bridge,Communication,System peripheral,Input,Docking station,Processor,Serial bus,Wireless,Intelligent I/O,Satellite,Encryption,Signal processing,Accelerator'.split(
    ',',
  );
/** @spec USB-IF Defined Class Codes */
const USB_CLASSES: Readonly<Record<string, string>> = {
  '01': 'Audio',
  '02': 'Communication',
  '03': 'Human interface',
  '06': 'Imaging',
  '07': 'Printer',
  '08': 'Mass storage',
  '09': 'Hub',
  '0a': 'Communication data',
  '0b': 'Smart card',
  '0e': 'Video',
  '10': 'Audio and video',
  dc: 'Diagnostic',
  e0: 'Wireless',
  ef: 'Miscellaneous',
  fe: 'Application specific',
  ff: 'Vendor specific',
};
const DISPLAY = 3;

interface PciDevice {
  readonly address: string;
  readonly folder: string;
  readonly vendor: string;
  readonly product: string;
  readonly baseClass: number;
  readonly driver: string | null;
}

function readPci(files: FileTree): readonly PciDevice[] {
  return files.names('/sys/bus/pci/devices').flatMap((address) => {
    const folder = `/sys/bus/pci/devices/${address}`;
    const [vendor, product, kind] = ['vendor', 'device', 'class'].map(
      (field) => /^0x([0-9a-f]{4,6})$/.exec(files.line(`${folder}/${field}`) ?? '')?.[1],
    );
    if (!vendor || !product) return [];
    const baseClass = Number.parseInt(kind?.slice(0, 2) ?? '0', 16);
    const driver = files.link(`${folder}/driver`);
    return [{ address, folder, vendor, product, baseClass, driver: driver && basename(driver) }];
  });
}

/** @spec sysfs-bus-pci (kernel ABI) */
export function* collectPnpDevices({ files }: Host): Iterable<FoundRow> {
  const names = readHardwareNames(files, 'pci.ids');
  for (const { address, folder, vendor, product, baseClass, driver } of readPci(files)) {
    yield {
      DeviceID: address,
      Name: names.product(vendor, product),
      Manufacturer: names.vendor(vendor),
      VendorID: vendor,
      ProductID: product,
      DeviceClass: PCI_CLASSES[baseClass],
      Revision: files.line(`${folder}/revision`)?.replace('0x', ''),
      Driver: driver,
    };
  }
}

/** Display controllers of the PCI bus, and graphics that hang on none. */
export function* collectVideoControllers({ files }: Host): Iterable<FoundRow> {
  const names = readHardwareNames(files, 'pci.ids');
  const cards = files.names('/sys/class/drm').filter((name) => /^card\d+$/.test(name));
  const devices = new Map(
    cards.map((card) => [basename(files.link(`/sys/class/drm/${card}/device`) ?? card), card]),
  );
  for (const { address, vendor, product, baseClass, driver } of readPci(files)) {
    if (baseClass !== DISPLAY) continue;
    const card = devices.get(address);
    devices.delete(address);
    yield {
      DeviceID: address,
      Name: names.product(vendor, product),
      AdapterCompatibility: names.vendor(vendor),
      Driver: driver,
      ...screensOf(files, card),
    };
  }
  for (const [device, card] of devices) {
    const driver = files.link(`/sys/class/drm/${card}/device/driver`);
    yield { DeviceID: device, Driver: driver && basename(driver), ...screensOf(files, card) };
  }
}

/** @spec kernel Documentation/gpu: one folder per connector */
function screensOf(files: FileTree, card: string | undefined): FoundRow {
  if (card === undefined) return {};
  const connected = files
    .names('/sys/class/drm')
    .filter((name) => name.startsWith(`${card}-`))
    .filter((name) => files.line(`/sys/class/drm/${name}/status`) === 'connected');
  const [first] = connected;
  return {
    AdapterRAM: files.number(`/sys/class/drm/${card}/device/mem_info_vram_total`),
    ConnectedScreens: connected.length,
    CurrentMode: first && files.line(`/sys/class/drm/${first}/modes`)?.split('\n')[0],
  };
}

/** @spec sysfs-bus-usb (kernel ABI) */
export function* collectUsbDevices({ files }: Host): Iterable<FoundRow> {
  const names = readHardwareNames(files, 'usb.ids');
  for (const name of files.names('/sys/bus/usb/devices')) {
    // `usb1` is the machine's own root hub, `1-2:1.0` an interface.
    if (!/^\d+-[\d.]+$/.test(name)) continue;
    const folder = `/sys/bus/usb/devices/${name}`;
    const vendor = files.line(`${folder}/idVendor`) ?? '';
    const product = files.line(`${folder}/idProduct`) ?? '';
    const first = files.names(folder).find((entry) => entry.startsWith(`${name}:`));
    const own = files.line(`${folder}/bDeviceClass`);
    const kind =
      own === '00' || own === 'ef' ? files.line(`${folder}/${first}/bInterfaceClass`) : own;
    const driver = first === undefined ? null : files.link(`${folder}/${first}/driver`);
    const speed = Number(files.line(`${folder}/speed`) ?? Number.NaN);
    yield {
      DeviceID: name,
      VendorID: vendor,
      ProductID: product,
      Manufacturer: files.line(`${folder}/manufacturer`) ?? names.vendor(vendor),
      Name: files.line(`${folder}/product`) ?? names.product(vendor, product),
      SerialNumber: files.line(`${folder}/serial`),
      DeviceClass: kind === null ? null : USB_CLASSES[kind],
      Speed: Number.isFinite(speed) ? Math.floor(speed) : null,
      Driver: driver && basename(driver),
    };
  }
}
