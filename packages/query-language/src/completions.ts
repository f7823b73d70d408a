import type { Kusto, KustoCompletion } from './kusto.ts';

/** Something that may stand at the cursor. */
export interface QueryCompletion {
  readonly kind: 'class' | 'column' | 'function' | 'operator' | 'step' | 'value';
  readonly label: string;
  /** What to put in, before and behind the cursor. */
  readonly before: string;
  readonly after: string;
}

export interface QueryCompletions {
  /** The text that a completion replaces. */
  readonly start: number;
  readonly length: number;
  readonly items: readonly QueryCompletion[];
}

// The language service's own numbers of kinds.
const KINDS: Readonly<Record<number, QueryCompletion['kind']>> = {
  6: 'value',
  9: 'step',
  11: 'operator',
  13: 'column',
  14: 'class',
  15: 'function',
};

const OFFERED: Readonly<Record<QueryCompletion['kind'], ReadonlySet<string> | null>> = {
  class: null,
  column: null,
  function: new Set(['ago', 'now', 'not', 'isempty', 'isnotempty', 'isnull', 'isnotnull']),
  step: new Set(['where', 'project', 'distinct']),
  operator: new Set([
    ...['==', '!=', '=~', '!~', '<', '<=', '>', '>=', 'and', 'or', 'between', '!between'],
    ...['in', '!in', 'in~', '!in~', 'has_any', 'has_all', '+', '-', '*'],
    ...['has', 'contains', 'startswith', 'endswith'].flatMap((word) => [
      word,
      `!${word}`,
      `${word}_cs`,
      `!${word}_cs`,
    ]),
  ]),
  value: new Set(['true', 'false', 'datetime']),
};

/** The service's completions at the position, as far as they are offered. */
export function completionsAt(kusto: Kusto, text: string, position: number): QueryCompletions {
  const { start, length, items } = kusto.complete(text, position);
  return { start, length, items: items.flatMap(offered).slice(0, 200) };
}

function offered(item: KustoCompletion): QueryCompletion[] {
  const kind = KINDS[item.Kind];
  if (!kind) return [];
  const name = item.DisplayText.replace(/\(.*$/s, '').trim();
  const names = OFFERED[kind];
  if (names && !names.has(name)) return [];
  return [
    {
      kind,
      label: item.DisplayText,
      before: item.BeforeText ?? item.DisplayText,
      after: item.AfterText ?? '',
    },
  ];
}
