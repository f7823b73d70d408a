import { machine, networkInterfaces } from 'node:os';
import { type InventoryRow, inventoryClass } from '@moorline/model';
import type { InventoryProvider } from '@moorline/model/ports';
import { collectAdministrators } from './collectors/administrators.ts';
import { collectAutoStart } from './collectors/auto-start.ts';
import { collectBios } from './collectors/bios.ts';
import {
  collectBaseBoard,
  collectBatteries,
  collectSystemEnclosure,
  collectTpm,
} from './collectors/board.ts';
import {
  collectKernelModules,
  collectSysctls,
  collectSystemBootData,
  collectTimeZone,
} from './collectors/boot.ts';
import {
  collectPnpDevices,
  collectUsbDevices,
  collectVideoControllers,
} from './collectors/buses.ts';
import { collectComputerSystem } from './collectors/computer-system.ts';
import { collectDevice } from './collectors/device.ts';
import { collectEnvironment } from './collectors/environment.ts';
import { collectEpStatus } from './collectors/ep-status.ts';
import { collectInstalledSoftware } from './collectors/installed-software.ts';
import { collectIpConfig } from './collectors/ip-config.ts';
import { collectLogicalDisks } from './collectors/logical-disk.ts';
import { collectMemory } from './collectors/memory.ts';
import { collectNetworkAdapters } from './collectors/network-adapter.ts';
import { collectNetworkRoutes } from './collectors/network-route.ts';
import { collectOs } from './collectors/os.ts';
import { collectPackageRepositories } from './collectors/package-repository.ts';
import {
  collectDiskEncryption,
  collectPartitions,
  collectVolumes,
} from './collectors/partitions.ts';
import { collectPhysicalDisks } from './collectors/physical-disk.ts';
import { collectPhysicalMemory } from './collectors/physical-memory.ts';
import { collectPrinters } from './collectors/printers.ts';
import { collectProcesses } from './collectors/process.ts';
import { collectProcessors } from './collectors/processor.ts';
import { collectScheduledTasks } from './collectors/scheduled-task.ts';
import { collectServices } from './collectors/service.ts';
import { collectLoggedOnUsers } from './collectors/sessions.ts';
import { collectFileShares } from './collectors/shares.ts';
import { collectConnections } from './collectors/sockets.ts';
import { collectSoftwareUpdates } from './collectors/software-update.ts';
import { collectSshConfiguration } from './collectors/ssh-configuration.ts';
import { collectUsers } from './collectors/user.ts';
import { collectVirtualMachines } from './collectors/virtual-machine.ts';
import { providerErrors } from './errors.ts';
import { createFileTree } from './file-tree.ts';
import type { Collector, KernelCalls } from './host.ts';
import { createPace } from './pace.ts';
import { createRowSet } from './rows.ts';

const COLLECTORS: ReadonlyMap<string, Collector> = new Map<string, Collector>([
  ['Device', collectDevice],
  ['OS', collectOs],
  ['ComputerSystem', collectComputerSystem],
  ['Bios', collectBios],
  ['Processor', collectProcessors],
  ['Memory', collectMemory],
  ['PhysicalDisk', collectPhysicalDisks],
  ['LogicalDisk', collectLogicalDisks],
  ['NetworkAdapter', collectNetworkAdapters],
  ['IPConfig', collectIpConfig],
  ['InstalledSoftware', collectInstalledSoftware],
  ['Service', collectServices],
  ['Process', collectProcesses],
  ['User', collectUsers],
  ['SystemBootData', collectSystemBootData],
  ['TimeZone', collectTimeZone],
  ['Environment', collectEnvironment],
  ['ScheduledTask', collectScheduledTasks],
  ['AutoStartSoftware', collectAutoStart],
  ['KernelModule', collectKernelModules],
  ['VirtualMachine', collectVirtualMachines],
  ['BaseBoard', collectBaseBoard],
  ['SystemEnclosure', collectSystemEnclosure],
  ['PhysicalMemory', collectPhysicalMemory],
  ['Battery', collectBatteries],
  ['PNPDevice', collectPnpDevices],
  ['USBDevice', collectUsbDevices],
  ['VideoController', collectVideoControllers],
  ['Printer', collectPrinters],
  ['Partition', collectPartitions],
  ['Volume', collectVolumes],
  ['NetworkRoute', collectNetworkRoutes],
  ['Connection', collectConnections],
  ['FileShare', collectFileShares],
  ['SoftwareUpdate', collectSoftwareUpdates],
  ['PackageRepository', collectPackageRepositories],
  ['DiskEncryption', collectDiskEncryption],
  ['EPStatus', collectEpStatus],
  ['TPM', collectTpm],
  ['SSHConfiguration', collectSshConfiguration],
  ['Sysctl', collectSysctls],
  ['Administrators', collectAdministrators],
  ['LoggedOnUser', collectLoggedOnUsers],
]);

export interface LinuxProviderOptions {
  /** Folder that stands for `/`; links inside it are followed as they are, so it confines nothing. Default `/`. */
  readonly root?: string;
  /** What no file tells. Default: this kernel's own answers. */
  readonly calls?: KernelCalls;
}

/**
 * Reads the inventory of a Linux system from its own files: no child process, no network, nothing written.
 * Works without root's rights, with nulls where they are needed. Collections may overlap.
 */
export function createLinuxProvider(options: LinuxProviderOptions = {}): InventoryProvider {
  const files = createFileTree(options.root ?? '/');
  const calls = options.calls ?? { machine, networkInterfaces };
  return {
    platform: 'linux',
    classes: [...COLLECTORS.keys()],
    async collect(className, { signal } = {}): Promise<readonly InventoryRow[]> {
      const collector = COLLECTORS.get(className);
      const declared = inventoryClass(className);
      if (!collector || !declared) throw providerErrors.classNotCollected({ className });
      const pace = createPace(signal);
      const set = createRowSet(declared);
      for await (const found of collector({ files, calls, pace })) {
        set.add(found);
        if (set.full) break;
        if (pace.due()) await pace.rest();
      }
      return set.rows;
    },
  };
}
