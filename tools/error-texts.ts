import type { SourceFile } from './house.ts';

/** One row of a table of errors, as it stands in the source. */
export interface ErrorText {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly code: string;
  readonly text: string;
}

const STRING = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/.source;
/** A row as Biome lays it out: code, kind, perhaps a status, text. */
const ROW: RegExp = new RegExp(
  `code: '([^']+)',\\s+kind: '\\w+',(?:\\s+status: \\d+,)?\\s+text:\\s+(${STRING})`,
  'g',
);

/** The rows of the file's tables of errors. */
export function errorTexts({ path, text }: SourceFile): readonly ErrorText[] {
  return [...text.matchAll(ROW)].map((row) => ({
    file: path,
    line: text.slice(0, row.index).split('\n').length,
    code: row[1] ?? '',
    text: (row[2] ?? '').slice(1, -1),
  }));
}

export function tellError({ file, line, code, text }: ErrorText): string {
  return `${file}:${line}: ${code}: ${text}`;
}

/** Rows whose code another table has, too; one table may word one code in several ways. */
export function repeatedCodes(rows: readonly ErrorText[]): readonly ErrorText[] {
  return rows.filter((row) =>
    rows.some((other) => other.code === row.code && other.file !== row.file),
  );
}

/** Rows that are no sentence: one ends with a full stop, or with the command or sentence put into it. */
export function unfinishedTexts(rows: readonly ErrorText[]): readonly ErrorText[] {
  return rows.filter(({ text }) => !/(?:[.]|\{\w+\}|: [\w-]+ .*[;}])$/.test(text));
}
