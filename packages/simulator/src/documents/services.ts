import type { InventoryRow, Platform } from '@moorline/model';
import { isServer, type Persona } from '../organization/persona.ts';
import { SALT } from '../organization/salts.ts';
import { bits, draws, fraction } from '../random/draw.ts';
import type { RowContext, Rows } from './context.ts';
import { startedAt } from './system.ts';

interface ServiceLine {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  readonly user: string;
  /** Of devices on which it runs. */
  readonly running: number;
}

function windows(names: string, running: number): readonly ServiceLine[] {
  return names.split(', ').map((pair) => {
    const [name = '', title = ''] = pair.split('=');
    const path = 'C:\\Windows\\System32\\svchost.exe';
    return { name, title, path, user: 'LocalSystem', running };
  });
}

function unix(
  names: string,
  folder: string,
  suffix: string,
  running: number,
): readonly ServiceLine[] {
  return names.split(' ').map((name) => ({
    name: `${name}${suffix}`,
    title: `${name} service`,
    path: `${folder}${name}`,
    user: 'root',
    running,
  }));
}

const SERVICES: Readonly<Record<Platform, readonly ServiceLine[]>> = {
  windows: [
    ...windows(
      'BFE=Base Filtering Engine, BITS=Background Intelligent Transfer Service, CryptSvc=Cryptographic Services, Dhcp=DHCP Client, Dnscache=DNS Client, EventLog=Windows Event Log, gpsvc=Group Policy Client, LanmanServer=Server, LanmanWorkstation=Workstation, mpssvc=Windows Defender Firewall, Netlogon=Netlogon, Schedule=Task Scheduler, Spooler=Print Spooler, WinDefend=Microsoft Defender Antivirus Service, Winmgmt=Windows Management Instrumentation, W32Time=Windows Time',
      0.98,
    ),
    ...windows(
      'AudioSrv=Windows Audio, ClickToRunSvc=Microsoft Office Click-to-Run Service, CSFalconService=CrowdStrike Falcon Sensor Service, edgeupdate=Microsoft Edge Update Service, IntuneManagementExtension=Management Extension, MpsSvcAgent=Endpoint Agent, TermService=Remote Desktop Services, UsoSvc=Update Orchestrator Service, wuauserv=Windows Update, WlanSvc=WLAN AutoConfig',
      0.66,
    ),
    ...windows(
      'AppIDSvc=Application Identity, BthAvctpSvc=AVCTP service, Fax=Fax, MSiSCSI=Microsoft iSCSI Initiator Service, RemoteRegistry=Remote Registry, SharedAccess=Internet Connection Sharing, SNMPTrap=SNMP Trap, WebClient=WebClient, XboxGipSvc=Xbox Accessory Management Service',
      0.07,
    ),
  ],
  macos: [
    ...unix(
      'configd mds powerd opendirectoryd securityd syspolicyd trustd',
      '/usr/libexec/',
      '',
      0.99,
    ),
    ...unix('bluetoothd cupsd screensharingd sshd timed falcond', '/usr/sbin/', '', 0.6),
  ],
  linux: [
    ...unix(
      'cron dbus systemd-journald systemd-logind systemd-udevd polkit rsyslog',
      '/usr/lib/',
      '.service',
      0.98,
    ),
    ...unix(
      'ssh chrony NetworkManager unattended-upgrades apparmor auditd',
      '/usr/sbin/',
      '.service',
      0.75,
    ),
    ...unix(
      'docker nginx postgresql cups bluetooth splunk zabbix-agent2 snapd',
      '/usr/bin/',
      '.service',
      0.3,
    ),
  ],
};

export const serviceRows: Rows = ({ seed, persona, moment }) =>
  SERVICES[persona.platform].map((line, index): InventoryRow => {
    const isOdd = moment.bump > 0 && index === moment.bump % SERVICES[persona.platform].length;
    const runs = fraction(seed, SALT.processes, persona.number, index) < line.running !== isOdd;
    const isUsual = line.running > 0.5;
    return {
      Name: line.name,
      DisplayName: line.title,
      State: runs ? 'Running' : 'Stopped',
      LoadState: 'loaded',
      StartMode: isUsual ? 'enabled' : 'disabled',
      StartName: line.user,
      PathName: line.path,
      ProcessId: runs ? processId(persona, index) : null,
    };
  });

function processId(persona: Persona, index: number): number {
  return 4 * (180 + index * 23 + (persona.number % 19));
}

const USER_PROGRAMS: Readonly<Record<Platform, readonly string[]>> = {
  windows:
    'explorer.exe,OUTLOOK.EXE,ms-teams.exe,msedge.exe,OneDrive.exe,EXCEL.EXE,chrome.exe,WINWORD.EXE,Code.exe,saplogon.exe,AcroRd32.exe,SearchHost.exe,Zoom.exe,slack.exe,notepad++.exe'.split(
      ',',
    ),
  macos:
    'Finder,Microsoft Outlook,Microsoft Teams,Safari,Google Chrome,Figma,Slack,Terminal,Code,Music'.split(
      ',',
    ),
  linux: 'gnome-shell,firefox,code,slack,bash,gnome-terminal,docker,java,node,python3'.split(','),
};
const SERVER_PROGRAMS = [
  'sqlservr.exe',
  'w3wp.exe',
  'postgres',
  'nginx',
  'java',
  'node',
  'dotnet',
  'splunkd',
];

export const processRows: Rows = (context) => {
  const { profile, seed, persona, moment } = context;
  const started = startedAt(context);
  const stepHours = 24 / Math.max(profile.changes.processChangesPerDay, 0.01);
  const step = Math.floor(moment.hour / stepHours);
  const services = SERVICES[persona.platform].flatMap((line, index) => {
    if (fraction(seed, SALT.processes, persona.number, index) >= line.running) return [];
    const id = processId(persona, index);
    return [
      row(
        context,
        id,
        line.path.split(/[\\/]/).at(-1) ?? line.name,
        line.path,
        line.user,
        started,
        step,
      ),
    ];
  });
  const programs = isServer(persona.kind) ? SERVER_PROGRAMS : USER_PROGRAMS[persona.platform];
  const now = draws(seed, SALT.processes ^ step, persona.number);
  const owner = persona.person?.account ?? 'svc-app';
  const used = programs.flatMap((name, index) => {
    if (!now.chance(isServer(persona.kind) ? 0.3 : 0.55)) return [];
    const at = Math.max(started, (step * stepHours - now.below(6)) * 3_600_000);
    return [row(context, 20_000 + 8 * index, name, null, owner, at, step)];
  });
  return [...services, ...used];
};

function row(
  { seed, persona, moment }: RowContext,
  id: number,
  name: string,
  path: string | null,
  user: string,
  startedMs: number,
  step: number,
): InventoryRow {
  const mib = 2 ** (3 + (bits(seed, SALT.processes, persona.number, id) % 7));
  const spread = (bits(seed, SALT.processes, persona.number, id ^ step) % 16) / 16;
  return {
    ProcessId: id,
    Name: name,
    ParentProcessId: id < 20_000 ? 4 : 1,
    ExecutablePath: path,
    UserName: user,
    CreationDate: `${new Date(Math.floor(startedMs / 1000) * 1000).toISOString().slice(0, 19)}Z`,
    WorkingSetSize: Math.floor(mib * (1 + spread)) * 1024 ** 2,
    CpuTime: (bits(seed, SALT.processes, persona.number, id + 1) % 4096) + moment.bump,
  };
}
