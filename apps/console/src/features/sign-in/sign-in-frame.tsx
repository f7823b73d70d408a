import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { type ReactNode, useEffect } from 'react';
import { ThemeMenu } from '../../app/account-menu.tsx';
import { Mark } from '../../app/brand.tsx';

const useStyles = makeStyles({
  page: {
    height: '100%',
    overflowY: 'auto',
    display: 'grid',
    placeItems: 'center',
    padding: tokens.spacingHorizontalM,
    boxSizing: 'border-box',
    backgroundColor: tokens.colorNeutralBackground2,
  },
  theme: { position: 'fixed', top: tokens.spacingVerticalS, right: tokens.spacingHorizontalS },
  card: {
    width: '100%',
    maxWidth: '420px',
    boxSizing: 'border-box',
    padding: tokens.spacingHorizontalXXL,
    display: 'grid',
    gap: tokens.spacingVerticalL,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow16,
  },
  brand: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  mark: { width: '28px', height: '28px', color: tokens.colorBrandBackground },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
  },
  intro: { color: tokens.colorNeutralForeground2 },
});

export function SignInFrame({
  title,
  intro,
  children,
}: {
  title: string;
  intro?: ReactNode;
  children: ReactNode;
}) {
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} - Moorline`;
  }, [title]);
  return (
    <main className={styles.page}>
      <div className={styles.theme}>
        <ThemeMenu />
      </div>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark className={styles.mark} />
          <Text weight="semibold" size={400}>
            Moorline
          </Text>
        </div>
        <h1 className={styles.title}>{title}</h1>
        {intro ? <Text className={styles.intro}>{intro}</Text> : null}
        {children}
      </div>
    </main>
  );
}
