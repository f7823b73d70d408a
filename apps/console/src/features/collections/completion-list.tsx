import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { QueryCompletionAnswer } from '@moorline/contracts/admin';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { OpenCompletion } from './use-completion.ts';

const WIDTH = 280;

const useStyles = makeStyles({
  list: {
    position: 'absolute',
    zIndex: 10,
    width: `${WIDTH}px`,
    maxWidth: '100%',
    maxHeight: '220px',
    overflowY: 'auto',
    boxSizing: 'border-box',
    margin: 0,
    padding: tokens.spacingVerticalXS,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    boxShadow: tokens.shadow16,
  },
  item: {
    display: 'flex',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    padding: '3px 8px',
    borderRadius: tokens.borderRadiusSmall,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground1,
    cursor: 'pointer',
  },
  label: { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  kind: { color: tokens.colorNeutralForeground3, fontFamily: tokens.fontFamilyBase },
  chosen: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    outline: `1px solid ${tokens.colorNeutralStroke1Selected}`,
  },
});

/** What may stand at the place, below it. */
export function CompletionList({
  id,
  open,
  shadow,
  onChoose,
  onTake,
}: {
  id: string;
  open: OpenCompletion;
  /** The same text, laid out the same, in which places can be measured. */
  shadow: RefObject<HTMLElement | null>;
  onChoose: (index: number) => void;
  onTake: (item: QueryCompletionAnswer['items'][number]) => void;
}) {
  const styles = useStyles();
  const list = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    if (shadow.current) setPlace(placeIn(shadow.current, open.start));
  }, [shadow, open.start]);
  useEffect(() => {
    list.current?.children[open.chosen]?.scrollIntoView({ block: 'nearest' });
  }, [open.chosen]);
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label="Completions"
      className={styles.list}
      style={place}
    >
      {open.items.map((item, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text area, which keeps the focus
        <div
          key={`${item.kind} ${item.label}`}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === open.chosen}
          className={mergeClasses(styles.item, index === open.chosen && styles.chosen)}
          onPointerDown={(event) => event.preventDefault()}
          onPointerMove={() => index !== open.chosen && onChoose(index)}
          onClick={() => onTake(item)}
        >
          <span className={styles.label}>{item.label}</span>
          <span className={styles.kind}>{item.kind}</span>
        </div>
      ))}
    </div>
  );
}

/** Below the character, and not beyond the right edge. */
function placeIn(shadow: HTMLElement, offset: number): { left: number; top: number } {
  const walker = document.createTreeWalker(shadow, NodeFilter.SHOW_TEXT);
  let rest = offset;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (rest <= length) {
      const range = document.createRange();
      range.setStart(node, rest);
      range.collapse(true);
      const at = range.getBoundingClientRect();
      const frame = shadow.getBoundingClientRect();
      const left = Math.max(0, Math.min(at.left - frame.left, frame.width - WIDTH));
      return { left, top: at.bottom - frame.top + 4 };
    }
    rest -= length;
  }
  return { left: 0, top: shadow.offsetHeight };
}
