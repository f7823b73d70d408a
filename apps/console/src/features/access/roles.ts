import { ROLES, type Role } from '@moorline/model';

export const ROLE_TEXTS: Readonly<Record<Role, string>> = {
  Administrator: 'May do everything, also manage administrators and tokens.',
  'Help desk': 'May look at everything but the audit log, and act on devices.',
  'Read only': 'May look, and change nothing.',
  None: 'May do only what role assignments give.',
};

export function roleOf(text: string | undefined): Role | undefined {
  return ROLES.find((role) => role === text);
}
