import {
  Button,
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useEffect, useId, useState } from 'react';

const useStyles = makeStyles({
  row: { display: 'flex', gap: tokens.spacingHorizontalS, alignItems: 'flex-start' },
  box: { flexGrow: 1, minWidth: 0 },
  text: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** Text to be copied elsewhere: a command, a token. */
export function CopyText({ label, text, hint }: { label: string; text: string; hint?: string }) {
  const styles = useStyles();
  const id = useId();
  // As high as the text: a token's end matters as much as its beginning.
  const rows = Math.max(2, Math.ceil(text.length / 54) + 1);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 3_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Only secure pages have the clipboard: the text is selected instead, one key press from it.
      const box = document.getElementById(id);
      if (box instanceof HTMLTextAreaElement) box.select();
      return;
    }
    setCopied(true);
  };
  return (
    <Field label={label} {...(hint ? { hint } : {})}>
      <div className={styles.row}>
        <Textarea
          className={styles.box}
          textarea={{ id, className: styles.text, spellCheck: false, rows }}
          aria-label={label}
          readOnly
          value={text}
          onFocus={(event) => event.target.select()}
        />
        <Button
          icon={copied ? <CheckmarkRegular /> : <CopyRegular />}
          onClick={copy}
          aria-label={`Copy ${label.toLowerCase()}`}
        >
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      </div>
    </Field>
  );
}

/** Says that what is shown cannot be shown again. */
export function ShownOnce({ what }: { what: string }) {
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        Copy the {what} now: it is shown only once. Whoever has it can use it, so pass it on safely.
      </MessageBarBody>
    </MessageBar>
  );
}
