import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { firmwareText } from './firmware-text.ts';

/** Kinds of case by number, from 1. @spec DMTF DSP0134 §7.4.1 */
const CHASSIS =
  'Other,Unknown,Desktop,Low Profile Desktop,Pizza Box,Mini Tower,Tower,Portable,Laptop,Notebook,Hand Held,Docking Station,All in One,Sub Notebook,Space-saving,Lunch Box,Main Server Chassis,Expansion Chassis,SubChassis,Bus Expansion Chassis,Peripheral Chassis,RAID Chassis,Rack Mount Chassis,Sealed-case PC,Multi-system Chassis,Compact PCI,Advanced TCA,Blade,Blade Enclosure,Tablet,Convertible,Detachable,IoT Gateway,Embedded PC,Mini PC,Stick PC'.split(
    ',',
  );

export function* collectBaseBoard({ files }: Host): Iterable<FoundRow> {
  yield {
    Manufacturer: firmwareText(files, 'board_vendor'),
    Product: firmwareText(files, 'board_name'),
    Version: firmwareText(files, 'board_version'),
    SerialNumber: firmwareText(files, 'board_serial'),
    AssetTag: firmwareText(files, 'board_asset_tag'),
  };
}

export function* collectSystemEnclosure({ files }: Host): Iterable<FoundRow> {
  const type = files.number('/sys/class/dmi/id/chassis_type');
  yield {
    Manufacturer: firmwareText(files, 'chassis_vendor'),
    ChassisType: type === null ? null : CHASSIS[type - 1],
    Version: firmwareText(files, 'chassis_version'),
    SerialNumber: firmwareText(files, 'chassis_serial'),
    AssetTag: firmwareText(files, 'chassis_asset_tag'),
  };
}

/** @spec sysfs-class-tpm (kernel ABI) */
export function* collectTpm({ files }: Host): Iterable<FoundRow> {
  const [name] = files.names('/sys/class/tpm');
  const device = `/sys/class/tpm/${name}/device`;
  const major = files.line(`/sys/class/tpm/${name}/tpm_version_major`);
  const owned = files.line(`${device}/owned`);
  yield {
    // Without the folder the kernel has no support for any, and nothing is known.
    IsPresent: name ? true : files.stat('/sys/class') === null ? null : false,
    SpecVersion: major === '2' ? '2.0' : major === '1' ? '1.2' : null,
    Manufacturer: name
      ? /^Manufacturer: (.+)$/m.exec(files.text(`${device}/caps`) ?? '')?.[1]
      : null,
    Driver: name ? files.link(`${device}/driver`)?.split('/').at(-1) : null,
    IsOwned: owned === null ? null : owned === '1',
  };
}

/** @spec sysfs-class-power (kernel ABI): energies in µWh, charges in µAh */
export function* collectBatteries({ files }: Host): Iterable<FoundRow> {
  for (const name of files.names('/sys/class/power_supply')) {
    const folder = `/sys/class/power_supply/${name}`;
    if (files.line(`${folder}/type`) !== 'Battery') continue;
    if (files.line(`${folder}/scope`) === 'Device') continue;
    const volts = (files.number(`${folder}/voltage_min_design`) ?? 0) / 1_000_000;
    const energy = (field: string): number | null => {
      const direct = files.number(`${folder}/energy_${field}`);
      if (direct !== null) return Math.round(direct / 1000);
      const charge = files.number(`${folder}/charge_${field}`);
      return charge !== null && volts > 0 ? Math.round((charge / 1000) * volts) : null;
    };
    const charge = files.number(`${folder}/capacity`);
    yield {
      DeviceID: name,
      Manufacturer: files.line(`${folder}/manufacturer`),
      Model: files.line(`${folder}/model_name`),
      SerialNumber: files.line(`${folder}/serial_number`),
      Chemistry: files.line(`${folder}/technology`),
      Status: files.line(`${folder}/status`),
      EstimatedChargeRemaining: charge === null ? null : Math.floor(charge / 10) * 10,
      DesignCapacity: energy('full_design'),
      FullChargeCapacity: energy('full'),
      CycleCount: files.number(`${folder}/cycle_count`) || null,
    };
  }
}
