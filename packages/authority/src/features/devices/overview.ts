import type {
  DeviceOperatingSystemSummary,
  ManagedDeviceOverview,
} from '@moorline/contracts/admin';
import { sqlOf } from '@moorline/db';
import type { Reach } from '@moorline/model';
import type { Transaction } from '@moorline/model/ports';
import { sql } from 'kysely';
import type { ManagementAgent } from '../../profile.ts';
import { reachSql } from '../access/index.ts';
import { ACTIVE_WITHIN_MS } from './entity.ts';
import type { Presentation } from './present.ts';
import type { DeviceTables } from './tables.ts';

/** Devices that totals do not tell apart. */
export interface DeviceGroup {
  readonly origin: string | null;
  readonly operatingSystem: string | null;
  readonly isOnline: boolean;
  readonly isActive: boolean;
  readonly count: number;
}

/** Names of operating systems that are answered at most: devices say theirs, whatever it is. */
const OPERATING_SYSTEMS = 20;

type Family = 'windows' | 'windowsMobile' | 'macOS' | 'ios' | 'android' | 'chromeOS' | 'linux';

const FAMILIES: readonly (readonly [Family, RegExp])[] = [
  ['windowsMobile', /^(microsoft )?windows (mobile|phone|ce)\b/i],
  ['windows', /\bwindows\b/i],
  ['macOS', /^(apple )?mac ?os\b|^os x\b|^darwin\b/i],
  ['ios', /^(ios|ipados)\b/i],
  ['android', /\bandroid\b/i],
  ['chromeOS', /^chrome ?os\b/i],
  [
    'linux',
    /linux|\b(gnu|ubuntu|debian|raspbian|fedora|centos|red hat|rhel|suse|opensuse|gentoo|nixos|manjaro|pop!_os|elementary os|zorin os|endeavouros|slackware)/i,
  ],
];

/** The same groups of the devices in reach, read from the table: each row is looked at. */
export async function readGroups(
  tx: Transaction,
  now: number,
  reach: Reach | null | undefined = null,
): Promise<readonly DeviceGroup[]> {
  const since = new Date(now - ACTIVE_WITHIN_MS).toISOString();
  const { rows } = await sql<{
    origin: string | null;
    operating_system: string | null;
    online: boolean;
    active: boolean;
    count: string;
  }>`select origin, operating_system, online, last_contact_at >= ${since}::timestamptz as active,
      count(*) as count
    from devices where authority_id = ${tx.authorityId}
      and ${reachSql(tx, reach, { id: sql`id`, origin: sql`origin` })}
    group by 1, 2, 3, 4`.execute(sqlOf<DeviceTables>(tx));
  return rows.map((row) => ({
    origin: row.origin,
    operatingSystem: row.operating_system,
    isOnline: row.online,
    isActive: row.active,
    count: Number(row.count),
  }));
}

/** Totals of the groups, as Graph's managedDeviceOverview and ours beside it. */
export function overviewOf(
  id: string,
  groups: Iterable<DeviceGroup>,
  presentation: Presentation,
): ManagedDeviceOverview {
  const { agents, originName } = presentation;
  const all = newTally();
  const systems = new Map<string | null, number>();
  const origins = new Map<string | null, Tally>();
  for (const group of groups) {
    if (group.count === 0) continue;
    const origin = origins.get(group.origin) ?? newTally();
    origins.set(group.origin, origin);
    add(all, group);
    add(origin, group);
    const system = group.operatingSystem;
    systems.set(system, (systems.get(system) ?? 0) + group.count);
  }
  const byAgent = new Map<ManagementAgent, number>();
  for (const [origin, { deviceCount }] of origins) {
    const agent = origin === null ? agents.own : agents.attached;
    byAgent.set(agent, (byAgent.get(agent) ?? 0) + deviceCount);
  }
  const countOf = (agent: ManagementAgent): number => byAgent.get(agent) ?? 0;
  return {
    id,
    enrolledDeviceCount: all.deviceCount,
    mdmEnrolledCount: countOf('mdm') + countOf('configurationManagerClientMdm'),
    dualEnrolledDeviceCount: 0,
    deviceOperatingSystemSummary: summaryOf(
      systems,
      countOf('configurationManagerClient') + countOf('configurationManagerClientMdm'),
    ),
    deviceExchangeAccessStateSummary: null,
    onlineDeviceCount: all.onlineDeviceCount,
    activeDeviceCount: all.activeDeviceCount,
    inactiveDeviceCount: all.deviceCount - all.activeDeviceCount,
    operatingSystems: [...systems]
      .map(([operatingSystem, deviceCount]) => ({ operatingSystem, deviceCount }))
      .sort((a, b) => mostFirst(a, b) || byText(a.operatingSystem, b.operatingSystem))
      .slice(0, OPERATING_SYSTEMS),
    managementAgents: [...byAgent]
      .map(([managementAgent, deviceCount]) => ({ managementAgent, deviceCount }))
      .sort(mostFirst),
    connectors: [...origins]
      .map(([connectorId, tally]) => ({
        connectorId,
        connectorName: connectorId === null ? null : originName(connectorId),
        ...tally,
      }))
      .sort((a, b) => mostFirst(a, b) || byText(a.connectorId, b.connectorId)),
  };
}

interface Tally {
  deviceCount: number;
  onlineDeviceCount: number;
  activeDeviceCount: number;
}

function newTally(): Tally {
  return { deviceCount: 0, onlineDeviceCount: 0, activeDeviceCount: 0 };
}

function add(tally: Tally, { count, isOnline, isActive }: DeviceGroup): void {
  tally.deviceCount += count;
  if (isOnline) tally.onlineDeviceCount += count;
  if (isActive) tally.activeDeviceCount += count;
}

function summaryOf(
  systems: ReadonlyMap<string | null, number>,
  configMgrDeviceCount: number,
): DeviceOperatingSystemSummary {
  const counts = new Map<Family | 'unknown', number>();
  for (const [system, count] of systems) {
    const family = familyOf(system);
    counts.set(family, (counts.get(family) ?? 0) + count);
  }
  const countOf = (family: Family | 'unknown'): number => counts.get(family) ?? 0;
  return {
    androidCount: countOf('android'),
    androidCorporateWorkProfileCount: 0,
    androidDedicatedCount: 0,
    androidDeviceAdminCount: 0,
    androidFullyManagedCount: 0,
    androidWorkProfileCount: 0,
    configMgrDeviceCount,
    iosCount: countOf('ios'),
    macOSCount: countOf('macOS'),
    unknownCount: countOf('unknown'),
    windowsCount: countOf('windows'),
    windowsMobileCount: countOf('windowsMobile'),
    linuxCount: countOf('linux'),
    chromeOSCount: countOf('chromeOS'),
  };
}

function familyOf(system: string | null): Family | 'unknown' {
  if (system === null) return 'unknown';
  return FAMILIES.find(([, names]) => names.test(system))?.[0] ?? 'unknown';
}

function mostFirst(a: { deviceCount: number }, b: { deviceCount: number }): number {
  return b.deviceCount - a.deviceCount;
}

function byText(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
