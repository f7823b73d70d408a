import type { QueryCompletionAnswer } from '@moorline/contracts/admin';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { client } from '../../app/client.ts';

const REST_MS = 120;
/** More than this are not read through; another letter makes them fewer. */
const SHOWN = 50;

type Completion = QueryCompletionAnswer['items'][number];

/** What is offered at a place of the text. */
export interface OpenCompletion {
  readonly start: number;
  readonly items: readonly Completion[];
  /** Index of the item that Enter takes. */
  readonly chosen: number;
}

/** Completions of the host in a text area. */
export function useCompletion(input: RefObject<HTMLTextAreaElement | null>, isOff: boolean) {
  const [open, setOpen] = useState<OpenCompletion>();
  const asked = useRef<AbortController>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const close = (): void => {
    clearTimeout(timer.current);
    asked.current?.abort();
    setOpen(undefined);
  };
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      asked.current?.abort();
    },
    [],
  );

  const ask = async (isWanted: boolean): Promise<void> => {
    const area = input.current;
    if (!area || isOff) return;
    // What was typed before asks no more: its answer would close a list that is wanted.
    clearTimeout(timer.current);
    asked.current?.abort();
    const stop = new AbortController();
    asked.current = stop;
    const { value: query, selectionStart: position } = area;
    try {
      const answer = await client.collections.completeQuery(query, position, stop);
      if (area.value !== query || area.selectionStart !== position) return;
      const typed = query.slice(answer.start, position).toLowerCase();
      const items = answer.items
        .filter(({ label }) => {
          const name = label.toLowerCase();
          return name.startsWith(typed) && name !== typed;
        })
        .slice(0, SHOWN);
      const isOffered = items.length > 0 && (isWanted || typed !== '');
      setOpen(isOffered ? { start: answer.start, items, chosen: 0 } : undefined);
    } catch {
      // What is wrong with the host or the text is said by the check beside it.
      if (!stop.signal.aborted) setOpen(undefined);
    }
  };

  const take = (item: Completion): void => {
    const area = input.current;
    if (!area || !open) return;
    const start = open.start;
    close();
    area.focus();
    area.setSelectionRange(start, area.selectionStart);
    // As if it were typed: the browser's undo takes it back.
    document.execCommand('insertText', false, item.before + item.after);
    const caret = start + item.before.length;
    area.setSelectionRange(caret, caret);
    clearTimeout(timer.current);
  };

  const choose = (chosen: number): void => setOpen((now) => now && { ...now, chosen });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      void ask(true);
      return;
    }
    if (!open) return;
    const { length } = open.items;
    const item = open.items[open.chosen];
    const steps: Readonly<Record<string, () => void>> = {
      ArrowDown: () => choose((open.chosen + 1) % length),
      ArrowUp: () => choose((open.chosen + length - 1) % length),
      Enter: () => item && take(item),
      Tab: () => item && take(item),
      Escape: close,
    };
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      event.stopPropagation();
      step();
    } else if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) close();
  };

  const onTyped = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void ask(false), REST_MS);
  };

  return { open, onTyped, onKeyDown, close, choose, take };
}
