export type { QueryCompletion, QueryCompletions } from './completions.ts';
export { createQueryLanguage, type QueryLanguage } from './query-language.ts';
