/** What /proc/PID/stat says; times in ticks. */
export interface ProcessStat {
  readonly name: string;
  readonly parent: number;
  readonly cpuTicks: number;
  readonly startTicks: number;
  readonly residentPages: number;
  readonly isKernelThread: boolean;
}

const KERNEL_THREAD = 0x0020_0000;

/** Undefined when it is not of the format. The name may hold anything, also `)` and blanks. @spec proc_pid_stat(5) */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  // The first field here is the third of the manual's list.
  const fields = text.slice(close + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? Number.NaN);
  const stat = {
    name: text.slice(open + 1, close),
    parent: field(4),
    cpuTicks: field(14) + field(15),
    startTicks: field(22),
    residentPages: field(24),
    isKernelThread: (field(9) & KERNEL_THREAD) !== 0,
  };
  const figures = [stat.parent, stat.cpuTicks, stat.startTicks, stat.residentPages];
  return figures.every((figure) => Number.isSafeInteger(figure)) ? stat : undefined;
}
