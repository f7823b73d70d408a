import type { FileTree } from './file-tree.ts';

const MOST_FOLDERS = 20_000;
const DEEPEST = 12;

/** Processes of each service that has any, by the name of its unit. */
export type ServiceProcesses = ReadonlyMap<string, readonly number[]>;

/**
 * What the service manager runs now, from the control groups that it keeps; undefined when systemd does not
 * run the system, so that "no processes" is not taken for "stopped". @spec sd_booted(3), cgroups(7)
 */
export function readServiceProcesses(files: FileTree): ServiceProcesses | undefined {
  if (!files.stat('/run/systemd/system')?.isDirectory()) return undefined;
  const isUnified = files.stat('/sys/fs/cgroup/cgroup.controllers') !== null;
  const base = isUnified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/systemd';
  const services = new Map<string, number[]>();
  let folders = 0;

  const visit = (path: string, service: string | undefined, depth: number): void => {
    if (depth > DEEPEST || ++folders > MOST_FOLDERS) return;
    if (service !== undefined) {
      const processes = services.get(service) ?? [];
      for (const line of (files.text(`${path}/cgroup.procs`) ?? '').split('\n'))
        if (/^[1-9]\d{0,9}$/.test(line)) processes.push(Number(line));
      if (processes.length > 0) services.set(service, processes);
    }
    for (const name of files.names(path)) {
      // Control files have a dot after their controller's name; groups end in what systemd calls them.
      const isUnit = /\.(service|slice|scope|mount|socket|swap)$/.test(name);
      if (name === 'user.slice' && service === undefined) continue;
      if (service === undefined && name.endsWith('.service'))
        visit(`${path}/${name}`, name, depth + 1);
      else if (service === undefined && name.endsWith('.slice'))
        visit(`${path}/${name}`, undefined, depth + 1);
      else if (service !== undefined && (isUnit || !name.includes('.')))
        if (files.stat(`${path}/${name}`)?.isDirectory())
          visit(`${path}/${name}`, service, depth + 1);
    }
  };
  visit(base, undefined, 0);
  return services;
}
