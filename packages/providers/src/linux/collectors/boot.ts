import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { readKernelFacts } from '../kernel-facts.ts';
import type { FoundRow } from '../rows.ts';
import { shortLines } from '../short-lines.ts';
import { timeZone } from './device.ts';

const MODULES_BYTES = 1024 * 1024;

/** @spec kernel Documentation/admin-guide/kernel-parameters; of the command line only these are taken */
export function* collectSystemBootData({ files }: Host): Iterable<FoundRow> {
  const words = (files.line('/proc/cmdline') ?? '').split(/\s+/);
  const parameter = (name: string): string | null =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
  const lockdown = /\[(\w+)\]/.exec(files.line('/sys/kernel/security/lockdown') ?? '')?.[1];
  const packages = files.text('/run/reboot-required.pkgs');
  const asks = files.stat('/run/reboot-required') !== null;
  yield {
    SystemStartTime: readKernelFacts(files).bootTimeMs,
    BootId: files.line('/proc/sys/kernel/random/boot_id'),
    FirmwareType:
      files.stat('/sys/firmware/efi') !== null
        ? 'UEFI'
        : files.stat('/sys/class/dmi/id') !== null
          ? 'BIOS'
          : null,
    KernelImage: parameter('BOOT_IMAGE'),
    RootDevice: parameter('root'),
    IsQuiet: words.includes('quiet'),
    KernelLockdown: lockdown,
    SecurityModules: files.line('/sys/kernel/security/lsm')?.replaceAll(',', ', '),
    // Only Debian's family leaves the mark: elsewhere its absence says nothing.
    IsRestartPending: asks ? true : files.stat('/var/lib/dpkg/status') !== null ? false : null,
    RestartReason: asks
      ? [...new Set(packages?.split('\n').filter(Boolean))].sort().join(', ')
      : null,
  };
}

/** What keeps the clock: its configuration, where it is looked for first, and its program. */
const TIME_SOURCES: readonly (readonly [string, readonly string[], string])[] = [
  ['chrony', ['/etc/chrony/chrony.conf', '/etc/chrony.conf'], '/usr/sbin/chronyd'],
  ['ntpsec', ['/etc/ntpsec/ntp.conf'], '/usr/sbin/ntpd'],
  ['ntp', ['/etc/ntp.conf'], '/usr/sbin/ntpd'],
  ['systemd-timesyncd', ['/etc/systemd/timesyncd.conf'], '/usr/lib/systemd/systemd-timesyncd'],
];

/** @spec localtime(5), hwclock(8) adjtime, chrony.conf(5), timesyncd.conf(5) */
export function* collectTimeZone({ files, calls }: Host): Iterable<FoundRow> {
  const name = timeZone(files);
  const now = calls.now?.() ?? Date.now();
  // Intl would tell of any zone, and keep 9 MB of its tables in memory for it.
  const offset = calls.utcOffset ?? ((at: number) => -new Date(at).getTimezoneOffset());
  const bias = name === null ? null : offset(now);
  const year = new Date(now).getUTCFullYear();
  const standard = Math.min(...[0, 6].map((month) => offset(Date.UTC(year, month))));
  const adjusted = files.text('/etc/adjtime')?.split('\n')[2]?.trim();
  const [source, places] = TIME_SOURCES.find(([, , program]) => files.stat(program) !== null) ?? [];
  const text = places?.map((place) => files.text(place)).find((found) => found !== null);
  yield {
    Name: name,
    Bias: bias,
    IsDaylightSavingTime: bias === null ? null : bias > standard,
    IsHardwareClockLocal: adjusted === 'LOCAL' ? true : adjusted === 'UTC' ? false : null,
    TimeSource: source,
    TimeServers: serversIn(shortLines(text ?? null).join('\n')).join(', '),
  };
}

function serversIn(text: string): readonly string[] {
  const servers = [...text.matchAll(/^\s*(?:server|pool|peer)\s+(\S+)/gm)].map(([, name]) => name);
  const named = [...text.matchAll(/^\s*NTP\s*=\s*(\S.*)$/gm)].flatMap(([, list]) =>
    list?.trim().split(/\s+/),
  );
  return [...servers, ...named].filter((name) => name !== undefined).slice(0, 20);
}

/** @spec proc(5) /proc/modules */
export function* collectKernelModules({ files }: Host): Iterable<FoundRow> {
  for (const line of (files.text('/proc/modules', MODULES_BYTES) ?? '').split('\n')) {
    const [name, size, , users, state, , taint] = line.split(' ');
    if (!name || !/^[\w-]+$/.test(name)) continue;
    const usedBy = users === '-' ? [] : (users?.split(',').filter(Boolean) ?? []);
    yield {
      Name: name,
      Version: files.line(`/sys/module/${name}/version`),
      Size: Number(size),
      State: state,
      Taint: taint?.replace(/[()]/g, ''),
      UsedBy: usedBy.sort().join(', '),
    };
  }
}

const SYSCTLS =
  'dev.tty.ldisc_autoload fs.protected_fifos fs.protected_hardlinks fs.protected_regular fs.protected_symlinks fs.suid_dumpable fs.file-max fs.inotify.max_user_watches kernel.core_pattern kernel.core_uses_pid kernel.dmesg_restrict kernel.ftrace_enabled kernel.kexec_load_disabled kernel.kptr_restrict kernel.modules_disabled kernel.panic kernel.panic_on_oops kernel.perf_event_paranoid kernel.pid_max kernel.printk kernel.randomize_va_space kernel.shmall kernel.shmmax kernel.sysrq kernel.tainted kernel.unprivileged_bpf_disabled kernel.unprivileged_userns_clone kernel.yama.ptrace_scope net.core.bpf_jit_harden net.core.default_qdisc net.core.rmem_max net.core.somaxconn net.core.wmem_max net.ipv4.conf.all.accept_redirects net.ipv4.conf.all.accept_source_route net.ipv4.conf.all.log_martians net.ipv4.conf.all.rp_filter net.ipv4.conf.all.secure_redirects net.ipv4.conf.all.send_redirects net.ipv4.conf.default.accept_redirects net.ipv4.conf.default.accept_source_route net.ipv4.conf.default.rp_filter net.ipv4.conf.default.send_redirects net.ipv4.icmp_echo_ignore_all net.ipv4.icmp_echo_ignore_broadcasts net.ipv4.icmp_ignore_bogus_error_responses net.ipv4.ip_forward net.ipv4.ip_local_port_range net.ipv4.tcp_congestion_control net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_time net.ipv4.tcp_max_syn_backlog net.ipv4.tcp_rfc1337 net.ipv4.tcp_syncookies net.ipv4.tcp_timestamps net.ipv6.conf.all.accept_ra net.ipv6.conf.all.accept_redirects net.ipv6.conf.all.accept_source_route net.ipv6.conf.all.disable_ipv6 net.ipv6.conf.all.forwarding net.ipv6.conf.default.accept_ra net.ipv6.conf.default.accept_redirects user.max_user_namespaces vm.dirty_ratio vm.max_map_count vm.mmap_min_addr vm.overcommit_memory vm.overcommit_ratio vm.swappiness vm.unprivileged_userfaultfd'.split(
    ' ',
  );

/** @spec sysctl.d(5): of files of one name the first folder's counts, and later names go before earlier ones */
export function* collectSysctls({ files }: Host): Iterable<FoundRow> {
  const configured = configuredSysctls(files);
  for (const name of SYSCTLS) {
    const value = files.line(`/proc/sys/${name.replaceAll('.', '/')}`);
    const wanted = configured.get(name);
    if (value === null && wanted === undefined) continue;
    yield {
      Name: name,
      Value: value?.replace(/\s+/g, ' '),
      ConfiguredValue: wanted?.value,
      ConfiguredIn: wanted?.file,
    };
  }
}

const SYSCTL_FOLDERS = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
];

function configuredSysctls(
  files: FileTree,
): ReadonlyMap<string, { readonly value: string; readonly file: string }> {
  const paths = new Map<string, string>();
  for (const folder of SYSCTL_FOLDERS)
    for (const name of files.names(folder))
      if (name.endsWith('.conf') && !paths.has(name)) paths.set(name, `${folder}/${name}`);
  const found = new Map<string, { value: string; file: string }>();
  const ordered = [...paths].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  for (const file of [...ordered, '/etc/sysctl.conf']) {
    for (const line of shortLines(files.text(file))) {
      const [, name, value] = /^\s*-?\s*([\w./-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (name && value !== undefined) found.set(name.replaceAll('/', '.'), { value, file });
    }
  }
  return found;
}
