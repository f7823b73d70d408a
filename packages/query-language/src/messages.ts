import type { QueryProblem, QueryTree } from '@moorline/query';
import type { QueryCompletions } from './completions.ts';

export type WorkerRequest = { readonly id: number; readonly text: string } & (
  | { readonly kind: 'parse' }
  | { readonly kind: 'complete'; readonly position: number }
);

export type WorkerAnswer = { readonly id: number } & (
  | {
      readonly kind: 'parsed';
      readonly tree: QueryTree | null;
      readonly problems: readonly QueryProblem[];
    }
  | { readonly kind: 'completions'; readonly completions: QueryCompletions }
  | { readonly kind: 'failed'; readonly message: string }
);
