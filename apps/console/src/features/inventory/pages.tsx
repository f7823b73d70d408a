import { Button, makeStyles, Text, tokens } from '@fluentui/react-components';
import { ChevronLeftRegular, ChevronRightRegular } from '@fluentui/react-icons';
import { formatNumber } from '../../ui/format.ts';

const useStyles = makeStyles({
  frame: {
    marginLeft: 'auto',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
  },
});

/** Where in a list one is, and the ways to the pages beside. */
export function Pages({
  skip,
  page,
  total,
  noun,
  onPage,
}: {
  skip: number;
  page: number;
  total: number;
  noun: string;
  onPage: (skip: number) => void;
}) {
  const styles = useStyles();
  const isWhole = total <= page && skip === 0;
  const text = isWhole
    ? `${formatNumber(total)} ${total === 1 ? noun : `${noun}s`}`
    : `${formatNumber(skip + 1)}–${formatNumber(Math.min(total, skip + page))} of ${formatNumber(total)}`;
  return (
    <div className={styles.frame}>
      <Text aria-live="polite">{text}</Text>
      {isWhole ? null : (
        <>
          <Button
            appearance="subtle"
            icon={<ChevronLeftRegular />}
            aria-label="Previous page"
            disabledFocusable={skip === 0}
            onClick={() => onPage(Math.max(0, skip - page))}
          />
          <Button
            appearance="subtle"
            icon={<ChevronRightRegular />}
            aria-label="Next page"
            disabledFocusable={skip + page >= total}
            onClick={() => onPage(skip + page)}
          />
        </>
      )}
    </div>
  );
}
