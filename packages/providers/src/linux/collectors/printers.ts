import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { flagOf } from '../sections.ts';

const CONFIG_BYTES = 1024 * 1024;
/** @spec RFC 8011 §5.4.11 */
const STATES: Readonly<Record<string, string>> = { idle: 'Idle', stopped: 'Stopped' };

/** @spec CUPS printers.conf(5) */
export function* collectPrinters({ files }: Host): Iterable<FoundRow> {
  let printer: { name: string; isDefault: boolean; values: Map<string, string> } | undefined;
  for (const raw of (files.text('/etc/cups/printers.conf', CONFIG_BYTES) ?? '').split('\n')) {
    const line = raw.trim();
    const [, kind, name] = /^<(Default)?Printer\s+([^>]+)>$/i.exec(line) ?? [];
    if (name !== undefined) {
      printer = { name, isDefault: kind !== undefined, values: new Map() };
    } else if (/^<\/(Default)?Printer>$/i.test(line) && printer) {
      const { values } = printer;
      yield {
        Name: printer.name,
        Description: values.get('info'),
        Location: values.get('location'),
        DriverName: values.get('makemodel'),
        DeviceURI: values.get('deviceuri'),
        IsDefault: printer.isDefault,
        IsShared: flagOf(values.get('shared')),
        State: STATES[values.get('state')?.toLowerCase() ?? ''],
      };
      printer = undefined;
    } else if (printer) {
      const [, key, value] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      if (key && value !== undefined) printer.values.set(key.toLowerCase(), value);
    }
  }
}
