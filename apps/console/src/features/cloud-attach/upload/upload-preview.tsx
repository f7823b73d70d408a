import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import type { UploadPreview } from '@moorline/contracts/admin';
import { useQuery } from '@tanstack/react-query';
import { usePermission } from '../../../app/session.tsx';
import { formatNumber, NOT_KNOWN, titleOfColumn } from '../../../ui/format.ts';
import { ErrorNotice, Loading } from '../../../ui/notices.tsx';
import { Reported } from '../../../ui/reported.tsx';
import { Section } from '../../../ui/section.tsx';
import { useRested } from '../../../ui/use-rested.ts';
import { type EditedSettings, settingsOf, type UploadEntry } from './upload-form.ts';
import { uploadPreviewQuery } from './upload-queries.ts';
import { CATEGORIES } from './upload-words.ts';

const REST_MS = 250;

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalM, gridTemplateColumns: 'minmax(0, 1fr)' },
  frame: { overflowX: 'auto' },
  table: { borderCollapse: 'collapse', fontSize: tokens.fontSizeBase200 },
  cell: {
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    textAlign: 'left',
    whiteSpace: 'nowrap',
  },
  category: { borderLeft: `1px solid ${tokens.colorNeutralStroke3}` },
  stays: {
    color: tokens.colorNeutralForeground3,
    backgroundColor: tokens.colorNeutralBackground3,
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** What would leave the site with these settings: how many devices, and the very rows and columns. */
export function UploadPreviewSection({ entry }: { entry: UploadEntry }) {
  const styles = useStyles();
  const { allowed, reason } = usePermission('devices.read');
  const asked = useRested(JSON.stringify(previewOf(settingsOf(entry))), REST_MS);
  // What was written two lines above.
  const of = JSON.parse(asked) as Pick<EditedSettings, 'scope' | 'categories'>;
  const isEmpty = of.scope.devices === 'collections' && of.scope.collectionIds.length === 0;
  const { data, error, refetch } = useQuery({
    ...uploadPreviewQuery(of),
    enabled: allowed && !isEmpty,
  });
  return (
    <Section title="What would leave this site">
      <div className={styles.content}>
        {!allowed ? <Text>{reason}</Text> : null}
        {isEmpty ? <Text>Nothing: no collection is chosen.</Text> : null}
        {error ? (
          <ErrorNotice
            error={error}
            title="The preview could not be made"
            onRetry={() => void refetch()}
          />
        ) : null}
        {allowed && !isEmpty && !error ? (
          data ? (
            <Preview preview={data} />
          ) : (
            <Loading label="Asking what would leave" />
          )
        ) : null}
      </div>
    </Section>
  );
}

function previewOf({
  scope,
  categories,
}: EditedSettings): Pick<EditedSettings, 'scope' | 'categories'> {
  return { scope, categories };
}

function Preview({ preview }: { preview: UploadPreview }) {
  const styles = useStyles();
  const { devicesInScope, devicesExcluded, columns, rows } = preview;
  const groups = groupsOf(columns);
  const kept = columns.filter(({ isUploaded }) => !isUploaded).length;
  return (
    <>
      <Text role="status">
        <b>{devices(devicesInScope)}</b> would leave, {formatNumber(devicesExcluded)} would stay
        here only.{' '}
        {kept === 0
          ? `All ${columns.length} columns of each leave.`
          : `${columns.length - kept} of ${columns.length} columns of each leave.`}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={styles.frame} aria-label="Rows that would leave" tabIndex={0}>
        <table className={styles.table} aria-label="Rows that would leave">
          <thead>
            <tr>
              {groups.map(({ category, start, length, isUploaded }) => (
                <th
                  key={start}
                  scope="colgroup"
                  colSpan={length}
                  className={mergeClasses(
                    styles.cell,
                    start > 0 && styles.category,
                    !isUploaded && styles.stays,
                  )}
                >
                  {CATEGORIES[category].name}
                  {isUploaded ? '' : ': stays here'}
                </th>
              ))}
            </tr>
            <tr>
              {columns.map(({ name, isUploaded }, index) => (
                <th
                  key={name}
                  scope="col"
                  className={mergeClasses(
                    styles.cell,
                    isStart(groups, index) && styles.category,
                    !isUploaded && styles.stays,
                  )}
                >
                  {titleOfColumn(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={String(row[0])}>
                {columns.map(({ name, isUploaded }, index) => (
                  <td
                    key={name}
                    className={mergeClasses(
                      styles.cell,
                      isStart(groups, index) && styles.category,
                      !isUploaded && styles.stays,
                    )}
                  >
                    {isUploaded ? <Value value={row[index] ?? null} /> : NOT_KNOWN}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length < devicesInScope ? (
        <Text size={200} className={styles.quiet}>
          The first {rows.length} of {formatNumber(devicesInScope)}.
        </Text>
      ) : null}
    </>
  );
}

function Value({ value }: { value: string | number | boolean | null }) {
  if (value === null) return NOT_KNOWN;
  return typeof value === 'string' ? <Reported text={value} /> : String(value);
}

interface ColumnGroup {
  readonly category: UploadPreview['columns'][number]['category'];
  readonly start: number;
  readonly length: number;
  readonly isUploaded: boolean;
}

/** Columns of one category that stand beside one another. */
function groupsOf(columns: UploadPreview['columns']): readonly ColumnGroup[] {
  const groups: ColumnGroup[] = [];
  for (const [index, { category, isUploaded }] of columns.entries()) {
    const last = groups.at(-1);
    if (last?.category === category)
      groups[groups.length - 1] = { ...last, length: last.length + 1 };
    else groups.push({ category, start: index, length: 1, isUploaded });
  }
  return groups;
}

function isStart(groups: readonly ColumnGroup[], index: number): boolean {
  return index > 0 && groups.some(({ start }) => start === index);
}

function devices(count: number): string {
  return `${formatNumber(count)} ${count === 1 ? 'device' : 'devices'}`;
}
