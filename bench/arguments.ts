import { nearest } from '@moorline/kernel';

/** What `npm run bench -- …` asks for. */
export type BenchCommand =
  | {
      readonly kind: 'run';
      /** In the order in which they are run; all of them unless some were named. */
      readonly suites: readonly string[];
      readonly isQuick: boolean;
      /** Size of the fleet; null: the suite's own. */
      readonly devices: number | null;
      readonly isProfiled: boolean;
      /** The suites that grow are measured at each of the sizes. */
      readonly grows: boolean;
      /** Report of the same commit, machine and sizes, whose other suites go into the new one; null: none. */
      readonly onto: string | null;
    }
  | { readonly kind: 'compare'; readonly before: string; readonly after: string }
  | { readonly kind: 'help' };

/** What was asked for makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = ['--quick', '--devices', '--profile', '--grow', '--onto', '--help'];
const MAX_DEVICES = 2_000_000;

/** @throws UsageError */
export function parseArguments(
  words: readonly string[],
  known: { readonly suites: readonly string[]; readonly growing: readonly string[] },
): BenchCommand {
  if (words.includes('--help')) return { kind: 'help' };
  if (words[0] === 'compare') return compare(words.slice(1));
  const suites: string[] = [];
  let devices: number | null = null;
  let onto: string | null = null;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--devices') devices = deviceCount(words[++index]);
    else if (word.startsWith('--devices=')) devices = deviceCount(word.slice('--devices='.length));
    else if (word === '--onto') onto = reportName(words[++index]);
    else if (word.startsWith('-')) requireKnown('option', word, OPTIONS);
    else {
      requireKnown('suite', word, known.suites, ['compare']);
      suites.push(word);
    }
  }
  const grows = words.includes('--grow');
  const candidates = grows ? known.growing : known.suites;
  const still = grows ? suites.find((name) => !known.growing.includes(name)) : undefined;
  if (still !== undefined) {
    throw new UsageError(
      `The suite ${still} does not grow. With --grow: ${known.growing.join(', ')}.`,
    );
  }
  if (grows && devices !== null) {
    throw new UsageError('--grow has sizes of its own: leave --devices out.');
  }
  return {
    kind: 'run',
    suites: suites.length === 0 ? candidates : candidates.filter((name) => suites.includes(name)),
    isQuick: words.includes('--quick'),
    devices,
    isProfiled: words.includes('--profile'),
    grows,
    onto,
  };
}

function compare(files: readonly string[]): BenchCommand {
  const [before, after] = files;
  if (before === undefined || after === undefined || files.length > 2) {
    throw new UsageError(
      'compare takes two reports: npm run bench -- compare baseline 2026-11-23T18-16-13',
    );
  }
  return { kind: 'compare', before, after };
}

function requireKnown(
  what: string,
  word: string,
  known: readonly string[],
  more: readonly string[] = [],
): void {
  if (known.includes(word)) return;
  const near = nearest(word, [...known, ...more]);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new UsageError(`There is no ${what} ${word}.${hint} There are: ${known.join(', ')}.`);
}

function reportName(text: string | undefined): string {
  if (text === undefined || text === '' || text.startsWith('-')) {
    throw new UsageError('--onto takes a report: --onto 2026-11-23T18-16-13.');
  }
  return text;
}

function deviceCount(text: string | undefined): number {
  const count = Number(text?.replaceAll(/[_,]/g, ''));
  if (!Number.isInteger(count) || count < 1 || count > MAX_DEVICES) {
    throw new UsageError(`--devices takes a whole number from 1 to ${MAX_DEVICES}.`);
  }
  return count;
}
