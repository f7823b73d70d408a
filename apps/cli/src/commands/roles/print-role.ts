import { allowedActions, type RoleDefinition } from '@moorline/contracts/admin';

/** A role as a line: its permissions out of Graph's nesting. */
export function roleRow(role: RoleDefinition): {
  id: string;
  displayName: string;
  description: string;
  isBuiltIn: boolean;
  permissions: string;
} {
  const { id, displayName, description, isBuiltIn } = role;
  const permissions = allowedActions(role).join(', ');
  return { id, displayName, description, isBuiltIn, permissions };
}
