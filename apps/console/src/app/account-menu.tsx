import {
  Avatar,
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import {
  DarkThemeRegular,
  KeyRegular,
  SignOutRegular,
  WeatherMoonRegular,
  WeatherSunnyRegular,
} from '@fluentui/react-icons';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Reported } from '../ui/reported.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { client } from './client.ts';
import { sessionQuery, useSession } from './session.tsx';
import { THEME_CHOICES, useTheme } from './theme.tsx';

const ChangePasswordDialog = lazy(async () => ({
  default: (await import('../features/sign-in/change-password-dialog.tsx')).ChangePasswordDialog,
}));

const useStyles = makeStyles({
  who: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    display: 'grid',
    overflowWrap: 'anywhere',
    maxWidth: '260px',
  },
  role: { color: tokens.colorNeutralForeground3 },
});

const THEME_NAMES = { system: 'Same as the system', light: 'Light', dark: 'Dark' } as const;
const THEME_ICONS = {
  system: <DarkThemeRegular />,
  light: <WeatherSunnyRegular />,
  dark: <WeatherMoonRegular />,
} as const;

export function ThemeMenu() {
  const { choice, setChoice } = useTheme();
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, { checkedItems }) => {
        const next = THEME_CHOICES.find((known) => known === checkedItems[0]);
        if (next) setChoice(next);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={THEME_ICONS[choice]}
          aria-label={`Theme: ${THEME_NAMES[choice]}`}
          title="Theme"
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {THEME_CHOICES.map((theme) => (
            <MenuItemRadio key={theme} name="theme" value={theme} icon={THEME_ICONS[theme]}>
              {THEME_NAMES[theme]}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function AccountMenu() {
  const styles = useStyles();
  const { user } = useSession();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { failed } = useToasts();
  const [changing, setChanging] = useState(false);

  const signOut = async (): Promise<void> => {
    try {
      await client.signIn.signOut();
    } catch (error) {
      failed(error);
      return;
    }
    queryClient.setQueryData(sessionQuery.queryKey, null);
    await navigate({ to: '/sign-in' });
    // What was read under this account is not for the next one.
    queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  };

  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            appearance="subtle"
            icon={<Avatar name={user.name} size={28} color="brand" aria-hidden="true" />}
            aria-label={`Account of ${user.name}`}
          />
        </MenuTrigger>
        <MenuPopover>
          <div className={styles.who}>
            <Text weight="semibold">
              <Reported text={user.name} />
            </Text>
            <Text size={200} className={styles.role}>
              {user.role}
            </Text>
          </div>
          <MenuDivider />
          <MenuList>
            <MenuItem icon={<KeyRegular />} onClick={() => setChanging(true)}>
              Change password
            </MenuItem>
            <MenuItem icon={<SignOutRegular />} onClick={signOut}>
              Sign out
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {changing ? (
        <Suspense fallback={null}>
          <ChangePasswordDialog onClose={() => setChanging(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
