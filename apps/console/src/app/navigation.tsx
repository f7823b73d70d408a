import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  bundleIcon,
  CloudLinkFilled,
  CloudLinkRegular,
  CollectionsFilled,
  CollectionsRegular,
  FlashFilled,
  FlashRegular,
  HistoryFilled,
  HistoryRegular,
  HomeFilled,
  HomeRegular,
  KeyFilled,
  KeyRegular,
  LaptopFilled,
  LaptopRegular,
  PeopleFilled,
  PeopleRegular,
  PlugConnectedFilled,
  PlugConnectedRegular,
  SettingsFilled,
  SettingsRegular,
  ShieldPersonFilled,
  ShieldPersonRegular,
  TicketDiagonalFilled,
  TicketDiagonalRegular,
} from '@fluentui/react-icons';
import type { Session } from '@moorline/contracts/admin';
import type { Permission } from '@moorline/model';
import { Link, type LinkProps } from '@tanstack/react-router';
import { useSession } from './session.tsx';

const Home = bundleIcon(HomeFilled, HomeRegular);
const Devices = bundleIcon(LaptopFilled, LaptopRegular);
const Collections = bundleIcon(CollectionsFilled, CollectionsRegular);
const Actions = bundleIcon(FlashFilled, FlashRegular);
const Connectors = bundleIcon(PlugConnectedFilled, PlugConnectedRegular);
const CloudAttach = bundleIcon(CloudLinkFilled, CloudLinkRegular);
const Tokens = bundleIcon(TicketDiagonalFilled, TicketDiagonalRegular);
const Settings = bundleIcon(SettingsFilled, SettingsRegular);
const People = bundleIcon(PeopleFilled, PeopleRegular);
const Roles = bundleIcon(ShieldPersonFilled, ShieldPersonRegular);
const Keys = bundleIcon(KeyFilled, KeyRegular);
const Audit = bundleIcon(HistoryFilled, HistoryRegular);

interface NavigationItem {
  readonly to: NonNullable<LinkProps['to']>;
  readonly title: string;
  readonly icon: typeof Home;
  /** Shown only to those who may. */
  readonly permission?: Permission;
  readonly only?: Session['authority']['kind'];
}

const MAIN: readonly NavigationItem[] = [
  { to: '/', title: 'Home', icon: Home },
  { to: '/devices', title: 'Devices', icon: Devices, permission: 'devices.read' },
  { to: '/collections', title: 'Collections', icon: Collections, permission: 'groups.read' },
  { to: '/actions', title: 'Device actions', icon: Actions, permission: 'devices.read' },
];

const ADMINISTRATION: readonly NavigationItem[] = [
  {
    to: '/connectors',
    title: 'Connectors and tokens',
    icon: Connectors,
    permission: 'connectors.read',
    only: 'tenant',
  },
  {
    to: '/cloud-attach',
    title: 'Cloud attach',
    icon: CloudAttach,
    permission: 'connectors.read',
    only: 'site',
  },
  {
    to: '/enrolment-tokens',
    title: 'Enrolment tokens',
    icon: Tokens,
    permission: 'enrolment.manage',
  },
  { to: '/client-settings', title: 'Client settings', icon: Settings, permission: 'policy.read' },
  {
    to: '/administrators',
    title: 'Administrators',
    icon: People,
    permission: 'administrators.manage',
  },
  { to: '/roles', title: 'Roles', icon: Roles, permission: 'roles.read' },
  { to: '/api-tokens', title: 'API tokens', icon: Keys },
  { to: '/audit-logs', title: 'Audit logs', icon: Audit, permission: 'audit.read' },
];

const useStyles = makeStyles({
  nav: {
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalS}`,
    width: '100%',
    boxSizing: 'border-box',
  },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'grid', gap: '2px' },
  heading: {
    margin: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXS}`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground3,
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground2,
    textDecoration: 'none',
    position: 'relative',
    '& svg': { fontSize: '20px', flexShrink: 0 },
    ':hover': {
      backgroundColor: tokens.colorNeutralBackground3Hover,
      color: tokens.colorNeutralForeground1,
    },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground3Selected,
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    '::before': {
      content: '""',
      position: 'absolute',
      left: '2px',
      top: '8px',
      bottom: '8px',
      width: '3px',
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandForeground1,
    },
    '& svg': { color: tokens.colorCompoundBrandForeground1 },
  },
});

/** The pages that the caller may open at this kind of host. */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const styles = useStyles();
  const { authority, permissions } = useSession();
  const mayOpen = (item: NavigationItem): boolean =>
    (item.only === undefined || item.only === authority.kind) &&
    (item.permission === undefined || permissions.includes(item.permission));
  const list = (items: readonly NavigationItem[], labelledBy?: string) => (
    <ul className={styles.list} aria-labelledby={labelledBy}>
      {items.filter(mayOpen).map(({ to, title, icon: Icon }) => (
        <li key={title}>
          <Link
            to={to}
            inactiveProps={{ className: styles.link }}
            activeProps={{ className: mergeClasses(styles.link, styles.current) }}
            activeOptions={{ exact: to === '/', includeSearch: false }}
            {...(onNavigate ? { onClick: onNavigate } : {})}
          >
            {({ isActive }) => (
              <>
                <Icon filled={isActive} aria-hidden="true" />
                {title}
              </>
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
  return (
    <nav aria-label="Main" className={styles.nav}>
      {list(MAIN)}
      <h2 id="administration" className={styles.heading}>
        {authority.kind === 'tenant' ? 'Tenant administration' : 'Administration'}
      </h2>
      {list(ADMINISTRATION, 'administration')}
    </nav>
  );
}
