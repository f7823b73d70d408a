/** Where a command writes, and what it may assume of the reader. */
export interface Terminal {
  /** Results. */
  write(text: string): void;
  /** Everything else: progress, notes, errors. */
  note(text: string): void;
  /** Width to fit tables into; undefined when the output goes to a file or a pipe. */
  readonly columns: number | undefined;
}

export const processTerminal: Terminal = {
  write: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
  get columns() {
    return process.stdout.isTTY ? process.stdout.columns : undefined;
  },
};
