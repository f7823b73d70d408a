import type { InventoryRow } from '@moorline/model';
import type { Persona } from '../organization/persona.ts';
import { SALT } from '../organization/salts.ts';
import { fraction } from '../random/draw.ts';
import type { Rows } from './context.ts';

/** Local accounts: those that the system brings, and whose machine it is. */
export const userRows: Rows = ({ seed, persona, moment }) => {
  const isAdministrator = fraction(seed, SALT.users, persona.number) < 0.11;
  const rows = SYSTEM_ACCOUNTS[persona.platform].map(
    ([name, fullName, id]): InventoryRow =>
      account(persona, {
        name,
        fullName,
        id,
        isSystem: true,
        isAdministrator: id === 0 || id === 500,
      }),
  );
  if (persona.person) {
    const { account: name, fullName } = persona.person;
    rows.push(
      account(persona, {
        name,
        fullName,
        id: FIRST_ID[persona.platform],
        isSystem: false,
        isAdministrator,
      }),
    );
  }
  if (moment.bump > 0) {
    const name = `guest${moment.bump}`;
    rows.push(
      account(persona, {
        name,
        fullName: 'Guest',
        id: 5000 + moment.bump,
        isSystem: false,
        isAdministrator: false,
      }),
    );
  }
  return rows;
};

const FIRST_ID: Readonly<Record<Persona['platform'], number>> = {
  windows: 1001,
  macos: 501,
  linux: 1000,
};

type Line = readonly [name: string, fullName: string, id: number];

const SYSTEM_ACCOUNTS: Readonly<Record<Persona['platform'], readonly Line[]>> = {
  windows: [
    ['Administrator', 'Built-in account for administering the computer', 500],
    ['DefaultAccount', 'A user account managed by the system', 503],
    ['Guest', 'Built-in account for guest access', 501],
    ['WDAGUtilityAccount', 'Application Guard', 504],
  ],
  macos: [
    ['root', 'System Administrator', 0],
    ['daemon', 'System Services', 1],
    ['nobody', 'Unprivileged User', 99],
    ['_mbsetupuser', 'Setup User', 248],
  ],
  linux: [
    ['root', 'root', 0],
    ['daemon', 'daemon', 1],
    ['bin', 'bin', 2],
    ['www-data', 'www-data', 33],
    ['sshd', 'sshd', 105],
    ['nobody', 'nobody', 65_534],
  ],
};

function account(
  { platform, department }: Persona,
  line: {
    readonly name: string;
    readonly fullName: string;
    readonly id: number;
    readonly isSystem: boolean;
    readonly isAdministrator: boolean;
  },
): InventoryRow {
  const { name, fullName, id, isSystem, isAdministrator } = line;
  const home = { windows: `C:\\Users\\${name}`, macos: `/Users/${name}`, linux: `/home/${name}` };
  const shell = { windows: null, macos: '/bin/zsh', linux: '/bin/bash' };
  const administrators = { windows: 'Administrators', macos: 'admin', linux: 'sudo' }[platform];
  const groups = isSystem ? [] : [department.name, ...(isAdministrator ? [administrators] : [])];
  return {
    Name: name,
    FullName: fullName,
    UserId: id,
    GroupId: isSystem ? id : 100,
    PrimaryGroup: isSystem ? name : 'users',
    Groups: groups.join(', '),
    HomeDirectory: isSystem ? null : home[platform],
    Shell: isSystem ? (platform === 'windows' ? null : '/usr/sbin/nologin') : shell[platform],
    IsSystemAccount: isSystem,
    IsAdministrator: isAdministrator,
    CanLogOn: !isSystem,
  };
}
