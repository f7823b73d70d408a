const LONGEST = 4096;

/** The lines of a text without those that are too long to be what a person or a program wrote there. */
export function shortLines(text: string | null): readonly string[] {
  return (text ?? '').split('\n').filter((line) => line.length <= LONGEST);
}
