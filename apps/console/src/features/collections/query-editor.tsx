import { Field, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useId, useRef } from 'react';
import { ErrorNotice } from '../../ui/notices.tsx';
import { useRested } from '../../ui/use-rested.ts';
import { queryCheckQuery } from './collection-queries.ts';
import { CompletionList } from './completion-list.tsx';
import { piecesOf, placeOf } from './query-places.ts';
import { useCompletion } from './use-completion.ts';

const REST_MS = 250;

const useStyles = makeStyles({
  editor: {
    position: 'relative',
    display: 'grid',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderBottomColor: tokens.colorNeutralStrokeAccessible,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    ':focus-within': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-1px',
    },
  },
  wrong: { border: `1px solid ${tokens.colorPaletteRedBorder2}` },
  text: {
    gridArea: '1 / 1',
    margin: 0,
    padding: tokens.spacingHorizontalM,
    border: 'none',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    tabSize: 2,
    minHeight: '84px',
    minWidth: 0,
    boxSizing: 'border-box',
  },
  // It has the height of its text, which stands below it: nothing in it scrolls by itself.
  input: {
    position: 'relative',
    width: '100%',
    height: '100%',
    overflow: 'hidden',
    resize: 'none',
    outline: 'none',
    background: 'transparent',
    color: tokens.colorNeutralForeground1,
  },
  shadow: { color: 'transparent', pointerEvents: 'none' },
  mark: {
    textDecorationLine: 'underline',
    textDecorationStyle: 'wavy',
    textDecorationColor: tokens.colorPaletteRedForeground1,
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '3px',
  },
  problems: {
    listStyle: 'none',
    margin: `${tokens.spacingVerticalXS} 0 0`,
    padding: 0,
    display: 'grid',
    gap: '2px',
  },
  problem: {
    font: 'inherit',
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorPaletteRedForeground1,
    background: 'none',
    border: 'none',
    padding: '2px 0',
    textAlign: 'left',
    cursor: 'pointer',
    overflowWrap: 'anywhere',
    ':hover': { textDecorationLine: 'underline' },
  },
});

/**
 * A query as plain text, with what the host says of it: what is wrong is underlined and listed with its place.
 * Completions come while a word is typed, and with Ctrl and Space; arrows choose, Enter or Tab takes, Esc closes.
 */
export function QueryEditor({
  label,
  value,
  readOnly,
  onChange,
}: {
  label: string;
  value: string;
  readOnly: boolean;
  onChange: (value: string) => void;
}) {
  const styles = useStyles();
  const input = useRef<HTMLTextAreaElement>(null);
  const shadow = useRef<HTMLPreElement>(null);
  const listId = useId();
  const check = useQuery(queryCheckQuery(useRested(value, REST_MS)));
  const completion = useCompletion(input, readOnly);
  const problems = value.trim() !== '' && check.data?.query === value ? check.data.problems : [];
  const { open } = completion;
  return (
    <div>
      <Field
        label={label}
        {...(readOnly ? {} : { hint: 'Ctrl+Space shows what may stand at this place.' })}
      >
        {(field) => (
          <div className={mergeClasses(styles.editor, problems.length > 0 && styles.wrong)}>
            <pre ref={shadow} className={mergeClasses(styles.text, styles.shadow)} aria-hidden>
              {piecesOf(value, problems).map(({ start, text, isWrong }) => (
                <span key={start} className={isWrong ? styles.mark : undefined}>
                  {text}
                </span>
              ))}
              {'\n'}
            </pre>
            <textarea
              {...field}
              ref={input}
              className={mergeClasses(styles.text, styles.input)}
              value={value}
              readOnly={readOnly}
              maxLength={8_192}
              spellCheck={false}
              autoCapitalize="off"
              autoComplete="off"
              aria-invalid={problems.length > 0}
              aria-autocomplete="list"
              aria-haspopup="listbox"
              aria-controls={open ? listId : undefined}
              aria-activedescendant={open ? `${listId}-${open.chosen}` : undefined}
              onChange={(event) => {
                onChange(event.target.value);
                completion.onTyped();
              }}
              onKeyDown={completion.onKeyDown}
              onBlur={completion.close}
              onClick={completion.close}
            />
            {open ? (
              <CompletionList
                id={listId}
                open={open}
                shadow={shadow}
                onChoose={completion.choose}
                onTake={completion.take}
              />
            ) : null}
          </div>
        )}
      </Field>
      {check.error ? <ErrorNotice error={check.error} title="The query was not checked" /> : null}
      <ul className={styles.problems} aria-label={`Problems of ${label}`} aria-live="polite">
        {problems.map(({ message, start, length }) => (
          <li key={`${start} ${message}`}>
            <button
              type="button"
              className={styles.problem}
              onClick={() => {
                input.current?.focus();
                input.current?.setSelectionRange(start, start + length);
              }}
            >
              {placeOf(value, start)}: {message}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
