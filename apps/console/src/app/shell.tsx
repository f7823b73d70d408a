import { Button, makeStyles, OverlayDrawer, tokens } from '@fluentui/react-components';
import { NavigationRegular } from '@fluentui/react-icons';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Loading } from '../ui/notices.tsx';
import { AccountMenu, ThemeMenu } from './account-menu.tsx';
import { Brand } from './brand.tsx';
import { LiveUpdates } from './live.tsx';
import { Navigation } from './navigation.tsx';
import { SessionProvider, useSession } from './session.tsx';
import { useTheme } from './theme.tsx';

const useStyles = makeStyles({
  shell: {
    height: '100%',
    display: 'grid',
    gridTemplateRows: 'auto 1fr',
    gridTemplateColumns: '240px 1fr',
    '@media (max-width: 900px)': { gridTemplateColumns: '1fr' },
  },
  bar: {
    gridColumn: '1 / -1',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    minHeight: '48px',
    padding: `0 ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  grow: { flexGrow: 1, minWidth: 0 },
  menuButton: { '@media (min-width: 901px)': { display: 'none' } },
  side: {
    overflowY: 'auto',
    backgroundColor: tokens.colorNeutralBackground3,
    borderRight: `1px solid ${tokens.colorNeutralStroke3}`,
    '@media (max-width: 900px)': { display: 'none' },
  },
  main: {
    overflowY: 'auto',
    minWidth: 0,
    minHeight: 0,
    backgroundColor: tokens.colorNeutralBackground2,
    ':focus': { outline: 'none' },
  },
  skip: {
    position: 'absolute',
    left: tokens.spacingHorizontalM,
    top: '-48px',
    zIndex: 10,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForeground1,
    borderRadius: tokens.borderRadiusMedium,
    boxShadow: tokens.shadow8,
    ':focus': { top: tokens.spacingVerticalXS },
  },
  drawer: { width: '280px', maxWidth: '85vw', overflowY: 'auto' },
});

/** Top bar, navigation and the page, for whoever is signed in. */
export function Shell() {
  return (
    <SessionProvider>
      <ShellFrame />
    </SessionProvider>
  );
}

function ShellFrame() {
  const styles = useStyles();
  const { authority } = useSession();
  const { setAuthorityKind } = useTheme();
  const [menuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const shown = useRef(pathname);

  useEffect(() => setAuthorityKind(authority.kind), [authority.kind, setAuthorityKind]);
  // A screen reader goes on from the new page, not from the link that led there.
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    // The frame that scrolls is the same for all pages.
    main.current?.scrollTo(0, 0);
    // A page may have taken it to its own heading already.
    if (!document.activeElement?.hasAttribute('data-takes-focus')) main.current?.focus();
  }, [pathname]);

  return (
    <LiveUpdates>
      <div className={styles.shell}>
        <a href="#main" className={styles.skip}>
          Skip to main content
        </a>
        <header className={styles.bar}>
          <Button
            className={styles.menuButton}
            appearance="subtle"
            icon={<NavigationRegular />}
            aria-label="Open navigation"
            aria-expanded={menuOpen}
            onClick={() => setMenuOpen(true)}
          />
          <Brand authority={authority} />
          <div className={styles.grow} />
          <ThemeMenu />
          <AccountMenu />
        </header>
        <div className={styles.side}>
          <Navigation />
        </div>
        <main id="main" ref={main} tabIndex={-1} className={styles.main}>
          <Suspense fallback={<Loading label="Loading" />}>
            <Outlet />
          </Suspense>
        </main>
        <OverlayDrawer
          className={styles.drawer}
          open={menuOpen}
          onOpenChange={(_, data) => setMenuOpen(data.open)}
          aria-label="Navigation"
        >
          <Navigation onNavigate={() => setMenuOpen(false)} />
        </OverlayDrawer>
      </div>
    </LiveUpdates>
  );
}
