import type { FileTree } from '../file-tree.ts';
import type { Host } from '../host.ts';
import { parseProcessStat } from '../process-stat.ts';
import type { FoundRow } from '../rows.ts';
import { readServiceProcesses, type ServiceProcesses } from '../service-cgroups.ts';
import { parseUnit, type Unit } from '../unit-file.ts';
import { readUnitFiles, type UnitFile, type UnitFiles } from '../unit-files.ts';

const INIT = 1;

/** Services of systemd, from unit files and control groups: its own bus is not asked. */
export async function* collectServices({ files, pace }: Host): AsyncIterable<FoundRow> {
  const units = readUnitFiles(files);
  const running = readServiceProcesses(files);
  const listed = new Set<string>();
  for (const file of units.services) {
    if (pace.due()) await pace.rest();
    listed.add(file.name);
    yield serviceRow(files, units, running, file.name, file);
  }
  for (const name of running?.keys() ?? [])
    if (!listed.has(name)) yield serviceRow(files, units, running, name, units.template(name));
}

function serviceRow(
  files: FileTree,
  units: UnitFiles,
  running: ServiceProcesses | undefined,
  name: string,
  file: UnitFile | undefined,
): FoundRow {
  const unit = file?.texts ? parseUnit(file.texts) : undefined;
  const processes = running?.get(name);
  return {
    Name: name,
    DisplayName: unit?.description && specified(unit.description, name),
    State: state(running !== undefined, processes !== undefined, unit, file),
    LoadState: loadState(file),
    StartMode: file && unit ? startMode(units, name, file, unit) : null,
    StartName: unit ? (unit.user ?? (unit.hasDynamicUser ? null : 'root')) : null,
    PathName: unit?.program,
    ProcessId: processes ? mainProcess(files, processes) : null,
  };
}

function loadState(file: UnitFile | undefined): string {
  if (!file) return 'not-found';
  if (file.isMasked) return 'masked';
  return file.texts === null ? 'error' : 'loaded';
}

function state(
  isKnown: boolean,
  hasProcesses: boolean,
  unit: Unit | undefined,
  file: UnitFile | undefined,
): string | null {
  if (!isKnown) return null;
  if (hasProcesses) return 'Running';
  if (file?.isMasked) return 'Stopped';
  // Active without processes and inactive look alike from outside.
  return !unit || unit.remainsAfterExit ? null : 'Stopped';
}

function startMode(units: UnitFiles, name: string, file: UnitFile, unit: Unit): string {
  if (file.isMasked) return 'masked';
  if (file.origin !== 'file') return file.origin;
  const enabled = units.enabled(name);
  if (enabled) return enabled;
  if (unit.install === 'none') return 'static';
  return unit.install === 'own' ? 'disabled' : 'indirect';
}

// The service manager starts the main process itself; helpers that it forks are its children.
function mainProcess(files: FileTree, processes: readonly number[]): number | null {
  if (processes.length === 1) return processes[0] ?? null;
  const ofInit = processes.filter(
    (id) => parseProcessStat(files.text(`/proc/${id}/stat`, 4096) ?? '')?.parent === INIT,
  );
  return ofInit.length === 1 ? (ofInit[0] ?? null) : null;
}

// The instance's name is the one specifier that descriptions hold; others stay as they are written.
function specified(description: string, name: string): string {
  const instance = /@(.+)\.service$/.exec(name)?.[1];
  return instance === undefined ? description : description.replace(/%[iI]/g, () => instance);
}
