import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import {
  baseRow,
  listOffset,
  offsetToShow,
  ROW_HEIGHT,
  type RowSpan,
  rowsInSight,
  scrollTopFor,
} from './row-geometry.ts';

/** What of a long list is to be seen in its frame. */
export interface RowScroll {
  readonly sight: RowSpan;
  /** The row that drawn rows are placed from, and where in the scroll range it is. */
  readonly base: number;
  readonly baseTop: number;
  /** Rows that fit into the frame. */
  readonly page: number;
  /** Pixels of the list above the frame, now. */
  offset(): number;
  scrollTo(offset: number): void;
  /** Brings the row into sight with the least movement. */
  show(index: number): void;
}

interface View {
  readonly first: number;
  readonly last: number;
  readonly base: number;
  readonly baseTop: number;
  readonly height: number;
}

/**
 * Follows the frame's scrolling. `headHeight` is what sticks to its upper edge. Draws anew only when a row comes
 * into sight or goes; positions are computed, and nothing that was drawn is measured.
 */
export function useRowScroll(
  frame: RefObject<HTMLElement | null>,
  total: number,
  headHeight: number,
): RowScroll {
  const [view, setView] = useState<View>(() => viewOf(0, 0, 0));
  // What scrolling reads while nothing is drawn.
  const now = useRef({ total, height: 0 });

  const look = useCallback((): void => {
    const { total: rows, height } = now.current;
    const next = viewOf(frame.current?.scrollTop ?? 0, height, rows);
    setView((present) => (isSame(present, next) ? present : next));
  }, [frame]);

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = (): void => {
      now.current.height = Math.max(0, element.clientHeight - headHeight);
      look();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // In the event itself: drawn a frame later, rows would lag behind the scrolling.
    const onScroll = (): void => flushSync(look);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [frame, headHeight, look]);
  useLayoutEffect(() => {
    now.current.total = total;
    look();
  }, [look, total]);

  const offset = useCallback(
    () => listOffset(frame.current?.scrollTop ?? 0, now.current.height, now.current.total),
    [frame],
  );
  const scrollTo = useCallback(
    (to: number): void => {
      if (!frame.current) return;
      frame.current.scrollTop = scrollTopFor(to, now.current.height, now.current.total);
      look();
    },
    [frame, look],
  );
  const show = useCallback(
    (index: number): void => {
      const from = offset();
      const to = offsetToShow(index, from, now.current.height);
      if (to !== from) scrollTo(to);
    },
    [offset, scrollTo],
  );
  return {
    sight: { first: view.first, last: view.last },
    base: view.base,
    baseTop: view.baseTop,
    page: Math.max(1, Math.floor(view.height / ROW_HEIGHT)),
    offset,
    scrollTo,
    show,
  };
}

function viewOf(scrollTop: number, height: number, total: number): View {
  const offset = listOffset(scrollTop, height, total);
  const { first, last } = rowsInSight(offset, height, total);
  const base = baseRow(first);
  return { first, last, base, baseTop: base * ROW_HEIGHT + (scrollTop - offset), height };
}

function isSame(one: View, other: View): boolean {
  return (
    one.first === other.first &&
    one.last === other.last &&
    one.baseTop === other.baseTop &&
    one.height === other.height
  );
}
