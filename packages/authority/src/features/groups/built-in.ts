import type { Condition, QueryPlan } from '@moorline/query';
import type { Group } from './rule.ts';

/** A group that every authority has; its id is the same everywhere. */
export interface BuiltInGroup extends Group {
  readonly number: number;
  /** As administrators know it. */
  readonly identifier: string;
  readonly description: string;
}

export const ALL_SYSTEMS = '00000000-0000-8000-8000-000000000001';

const MOBILE = ['phone', 'tablet', 'mobileOther', 'mobileUnknown'] as const;
const MOBILE_TEXT = MOBILE.map((type) => `"${type}"`).join(', ');

const isMobile: Condition = {
  kind: 'text',
  test: 'equals',
  column: 'ChassisType',
  values: MOBILE,
  foldsCase: false,
};
const isUnknown: Condition = { kind: 'unknown', column: 'OperatingSystem', type: 'text' };
const not = (operand: Condition): Condition => ({ kind: 'not', operand });

function builtIn(
  number: number,
  identifier: string,
  name: string,
  description: string,
  query: string,
  where: Condition | null,
): BuiltInGroup {
  const plan: QueryPlan = { className: 'ManagedDevice', where };
  return {
    id: `00000000-0000-8000-8000-00000000000${number}`,
    number,
    identifier,
    name,
    description,
    isBuiltIn: true,
    limitingId: number === 1 ? null : ALL_SYSTEMS,
    rules: [{ kind: 'query', name, query, plan }],
  };
}

/** What every device is in or may be in, before anybody has made a group. */
export const BUILT_IN_GROUPS: readonly BuiltInGroup[] = [
  builtIn(1, 'SMS00001', 'All Systems', 'Every device that is known here.', 'ManagedDevice', null),
  builtIn(
    2,
    'SMSDM003',
    'All Desktop and Server Clients',
    'Computers that have reported what they are.',
    `ManagedDevice | where isnotempty(OperatingSystem) and ChassisType !in (${MOBILE_TEXT})`,
    { kind: 'and', operands: [not(isUnknown), not(isMobile)] },
  ),
  builtIn(
    3,
    'SMSDM001',
    'All Mobile Devices',
    'Phones and tablets.',
    `ManagedDevice | where ChassisType in (${MOBILE_TEXT})`,
    isMobile,
  ),
  builtIn(
    4,
    'SMS000US',
    'All Unknown Computers',
    'Devices that have not reported what they are.',
    `ManagedDevice | where isempty(OperatingSystem) and ChassisType !in (${MOBILE_TEXT})`,
    { kind: 'and', operands: [isUnknown, not(isMobile)] },
  ),
  builtIn(
    5,
    'MLN00001',
    'Co-management Eligible Devices',
    'Computers that are not blocked and have reported what they are: a second authority could manage them too.',
    `ManagedDevice | where isnotempty(OperatingSystem) and ChassisType !in (${MOBILE_TEXT}) and IsBlocked == false`,
    {
      kind: 'and',
      operands: [
        { kind: 'and', operands: [not(isUnknown), not(isMobile)] },
        {
          kind: 'and',
          operands: [
            not({ kind: 'unknown', column: 'IsBlocked', type: 'flag' }),
            { kind: 'flag', column: 'IsBlocked', value: false },
          ],
        },
      ],
    },
  ),
];

/** Numbers from here on are those of groups that administrators made. */
export const FIRST_NUMBER = 16;

/** The short name by which administrators speak of a group: `MLN00017`. */
export function identifierOf(number: number): string {
  const known = BUILT_IN_GROUPS.find((group) => group.number === number);
  return known?.identifier ?? `MLN${String(number).padStart(5, '0')}`;
}
