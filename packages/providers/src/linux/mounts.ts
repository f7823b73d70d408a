/** One line of /proc/self/mountinfo. */
export interface Mount {
  /** major:minor */
  readonly device: string;
  readonly point: string;
  readonly readOnly: boolean;
  readonly options: readonly string[];
  readonly kind: string;
  readonly source: string;
}

/** Lines that are not of the format are skipped. @spec proc_pid_mountinfo(5) */
export function* parseMounts(text: string): Iterable<Mount> {
  for (const line of text.split('\n')) {
    const separator = line.indexOf(' - ');
    if (separator < 0) continue;
    const [, , device, , point, options] = line.slice(0, separator).split(' ');
    const [kind, source] = line.slice(separator + 3).split(' ');
    if (!device || !point?.startsWith('/') || !options || !kind || source === undefined) continue;
    yield {
      device,
      point: decodeOctal(point),
      readOnly: options.split(',').includes('ro'),
      options: options.split(','),
      kind,
      source: decodeOctal(source),
    };
  }
}

// Space, tab, newline and backslash are written in octal.
function decodeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
