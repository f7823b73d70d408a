import type { DeviceKind, HardwareModel, ProcessorModel, Weights } from './fleet-profile.ts';

function intel(
  name: string,
  model: number,
  cores: number,
  threads: number,
  mhz: number,
): ProcessorModel {
  return {
    name,
    vendor: 'GenuineIntel',
    architecture: 'x64',
    family: 6,
    model,
    cores,
    threads,
    mhz,
  };
}
function amd(name: string, family: number, cores: number, mhz: number): ProcessorModel {
  const vendor = 'AuthenticAMD';
  return { name, vendor, architecture: 'x64', family, model: 80, cores, threads: cores * 2, mhz };
}
function apple(name: string, cores: number, mhz: number): ProcessorModel {
  const vendor = 'Apple';
  return { name, vendor, architecture: 'arM64', family: 0, model: 0, cores, threads: cores, mhz };
}

const I5_1245U = intel('12th Gen Intel(R) Core(TM) i5-1245U', 154, 10, 12, 4400);
const I5_1345U = intel('13th Gen Intel(R) Core(TM) i5-1345U', 186, 10, 12, 4700);
const I7_1365U = intel('13th Gen Intel(R) Core(TM) i7-1365U', 186, 10, 12, 5200);
const ULTRA_5 = intel('Intel(R) Core(TM) Ultra 5 125U', 170, 12, 14, 4300);
const ULTRA_7 = intel('Intel(R) Core(TM) Ultra 7 165H', 170, 16, 22, 5000);
const I5_12500 = intel('12th Gen Intel(R) Core(TM) i5-12500', 151, 6, 12, 4600);
const I7_13700 = intel('13th Gen Intel(R) Core(TM) i7-13700', 183, 16, 24, 5200);
const W5_3435 = intel('Intel(R) Xeon(R) w5-3435X', 143, 16, 32, 4700);
const RYZEN_5 = amd('AMD Ryzen 5 PRO 7540U', 25, 6, 4900);
const RYZEN_7 = amd('AMD Ryzen 7 PRO 7840U', 25, 8, 5100);
const XEON_4314 = intel('Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz', 106, 16, 32, 3400);
const XEON_6430 = intel('Intel(R) Xeon(R) Gold 6430', 143, 32, 64, 3400);
const EPYC_9354 = amd('AMD EPYC 9354 32-Core Processor', 25, 32, 3800);

const OFFICE_MEMORY = { '8': 9, '16': 62, '32': 29 };
const WORK_MEMORY = { '16': 22, '32': 56, '64': 22 };
const OFFICE_DISK = { '256': 28, '512': 58, '1024': 14 };

function pc(
  manufacturer: string,
  model: string,
  family: string,
  kind: DeviceKind,
  weight: number,
  processors: readonly ProcessorModel[],
  memoryGiB: Weights<string> = OFFICE_MEMORY,
  diskGB: Weights<string> = OFFICE_DISK,
): HardwareModel {
  const platforms = ['windows', 'linux'] as const;
  return { manufacturer, model, family, kind, platforms, weight, processors, memoryGiB, diskGB };
}

function mac(
  model: string,
  kind: DeviceKind,
  weight: number,
  processors: readonly ProcessorModel[],
): HardwareModel {
  return {
    manufacturer: 'Apple Inc.',
    model,
    family: 'Mac',
    kind,
    platforms: ['macos'],
    weight,
    processors,
    memoryGiB: { '16': 48, '24': 30, '36': 22 },
    diskGB: { '256': 21, '512': 57, '1024': 22 },
  };
}

/** Computers that organizations buy, about as often as they do. */
export const MODELS: readonly HardwareModel[] = [
  pc('LENOVO', 'ThinkPad T14 Gen 4', 'ThinkPad', 'laptop', 22, [I5_1345U, I7_1365U]),
  pc('LENOVO', 'ThinkPad T14s Gen 3', 'ThinkPad', 'laptop', 12, [I5_1245U, RYZEN_5]),
  pc(
    'LENOVO',
    'ThinkPad X1 Carbon Gen 12',
    'ThinkPad',
    'laptop',
    8,
    [ULTRA_5, ULTRA_7],
    WORK_MEMORY,
  ),
  pc('LENOVO', 'ThinkPad P16v Gen 2', 'ThinkPad', 'laptop', 4, [ULTRA_7], WORK_MEMORY),
  pc('Dell Inc.', 'Latitude 5440', 'Latitude', 'laptop', 17, [I5_1345U, I7_1365U]),
  pc('Dell Inc.', 'Latitude 7350', 'Latitude', 'laptop', 8, [ULTRA_5, ULTRA_7]),
  pc('Dell Inc.', 'Precision 3490', 'Precision', 'laptop', 4, [ULTRA_7], WORK_MEMORY),
  pc('HP', 'HP EliteBook 840 14 inch G10 Notebook PC', 'EliteBook', 'laptop', 14, [
    I5_1345U,
    I7_1365U,
  ]),
  pc('HP', 'HP EliteBook 845 14 inch G10 Notebook PC', 'EliteBook', 'laptop', 7, [
    RYZEN_5,
    RYZEN_7,
  ]),
  pc('Microsoft Corporation', 'Surface Laptop 6 for Business', 'Surface', 'laptop', 4, [ULTRA_5]),
  mac('MacBookPro18,3', 'laptop', 22, [apple('Apple M1 Pro', 10, 3228)]),
  mac('Mac14,7', 'laptop', 24, [apple('Apple M2', 8, 3490)]),
  mac('Mac15,6', 'laptop', 27, [apple('Apple M3 Pro', 12, 4050)]),
  mac('Mac16,8', 'laptop', 27, [apple('Apple M4 Pro', 14, 4510)]),
  mac('Mac16,10', 'desktop', 30, [apple('Apple M4', 10, 4460)]),
  pc('Dell Inc.', 'OptiPlex Micro 7010', 'OptiPlex', 'desktop', 34, [I5_12500, I7_13700]),
  pc('LENOVO', 'ThinkCentre M70q Gen 4', 'ThinkCentre', 'desktop', 26, [I5_12500]),
  pc('HP', 'HP Elite Mini 800 G9 Desktop PC', 'Elite Mini', 'desktop', 22, [I5_12500, I7_13700]),
  pc('Dell Inc.', 'Precision 5860 Tower', 'Precision', 'desktop', 6, [W5_3435], WORK_MEMORY, {
    '1024': 60,
    '2048': 40,
  }),
  pc('Microsoft Corporation', 'Surface Pro 10 for Business', 'Surface', 'tablet', 70, [ULTRA_5]),
  pc('Getac', 'UX10', 'Rugged', 'tablet', 30, [I5_1245U]),
  pc(
    'Dell Inc.',
    'PowerEdge R760',
    'PowerEdge',
    'server',
    44,
    [XEON_6430],
    { '128': 30, '256': 50, '512': 20 },
    { '960': 40, '1920': 60 },
  ),
  pc(
    'HPE',
    'ProLiant DL380 Gen11',
    'ProLiant',
    'server',
    36,
    [XEON_6430, EPYC_9354],
    { '128': 35, '256': 50, '512': 15 },
    { '960': 40, '1920': 60 },
  ),
  pc(
    'Lenovo',
    'ThinkSystem SR630 V2',
    'ThinkSystem',
    'server',
    20,
    [XEON_4314],
    { '64': 40, '128': 60 },
    { '480': 50, '960': 50 },
  ),
  pc(
    'VMware, Inc.',
    'VMware20,1',
    'VMware',
    'virtualServer',
    72,
    [XEON_6430, XEON_4314],
    { '4': 14, '8': 42, '16': 30, '32': 14 },
    { '60': 30, '100': 45, '200': 25 },
  ),
  pc(
    'QEMU',
    'Standard PC (Q35 + ICH9, 2009)',
    'KVM',
    'virtualServer',
    28,
    [EPYC_9354],
    { '4': 20, '8': 45, '16': 35 },
    { '40': 40, '80': 60 },
  ),
];
