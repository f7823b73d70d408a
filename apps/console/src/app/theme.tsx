import {
  type BrandVariants,
  createDarkTheme,
  createLightTheme,
  FluentProvider,
  type Theme,
} from '@fluentui/react-components';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

/** The tenant's colour and the site's: where one works is to be seen at a glance. */
const TENANT: BrandVariants = {
  10: '#020305',
  20: '#0b1823',
  30: '#0d283d',
  40: '#0f3452',
  50: '#0f4168',
  60: '#0e4d7e',
  70: '#0d5a95',
  80: '#1667a8',
  90: '#2f76b5',
  100: '#4685c1',
  110: '#5b94cc',
  120: '#71a3d6',
  130: '#87b2df',
  140: '#9dc2e8',
  150: '#b4d2f0',
  160: '#cce2f7',
};
const SITE: BrandVariants = {
  10: '#020404',
  20: '#0b1b1b',
  30: '#0b2d2e',
  40: '#0a3b3c',
  50: '#08494b',
  60: '#06585a',
  70: '#03676a',
  80: '#15757a',
  90: '#318388',
  100: '#479196',
  110: '#5c9fa4',
  120: '#71aeb2',
  130: '#87bcc0',
  140: '#9dcbce',
  150: '#b4dadc',
  160: '#cce9ea',
};

const STORAGE_KEY = 'moorline.theme';

interface ThemeControl {
  readonly choice: ThemeChoice;
  setChoice(choice: ThemeChoice): void;
  /** Colours the page for the kind of host it is served by. */
  setAuthorityKind(kind: 'tenant' | 'site'): void;
}

const ThemeContext = createContext<ThemeControl | null>(null);

export function useTheme(): ThemeControl {
  const control = use(ThemeContext);
  if (!control) throw new Error('useTheme is used outside of ThemeProvider');
  return control;
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState<ThemeChoice>(storedChoice);
  const [kind, setAuthorityKind] = useState<'tenant' | 'site'>('tenant');
  const systemIsDark = useSyncExternalStore(watchSystem, () => darkQuery.matches);
  const isDark = choice === 'dark' || (choice === 'system' && systemIsDark);
  const theme = useMemo(() => themeFor(kind, isDark), [kind, isDark]);

  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? 'dark' : 'light';
    document.body.style.backgroundColor = theme.colorNeutralBackground2;
  }, [isDark, theme]);

  const choose = useCallback((next: ThemeChoice) => {
    setChoice(next);
    // Private windows may refuse storage: the choice then lasts as long as the page.
    try {
      localStorage.setItem(STORAGE_KEY, next);
    } catch {}
  }, []);
  const control = useMemo(
    () => ({ choice, setChoice: choose, setAuthorityKind }),
    [choice, choose],
  );

  return (
    <ThemeContext value={control}>
      <FluentProvider theme={theme} style={{ height: '100%' }}>
        {children}
      </FluentProvider>
    </ThemeContext>
  );
}

function themeFor(kind: 'tenant' | 'site', isDark: boolean): Theme {
  const brand = kind === 'tenant' ? TENANT : SITE;
  if (!isDark) return createLightTheme(brand);
  // The ramp's defaults for text are too dark to read on the dark background (4.5:1).
  return {
    ...createDarkTheme(brand),
    colorBrandForeground1: brand[120],
    colorBrandForeground2: brand[130],
    colorBrandForegroundLink: brand[130],
    colorBrandForegroundLinkHover: brand[140],
  };
}

const darkQuery = matchMedia('(prefers-color-scheme: dark)');

function watchSystem(onChange: () => void): () => void {
  darkQuery.addEventListener('change', onChange);
  return () => darkQuery.removeEventListener('change', onChange);
}

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return THEME_CHOICES.find((choice) => choice === stored) ?? 'system';
  } catch {
    return 'system';
  }
}
