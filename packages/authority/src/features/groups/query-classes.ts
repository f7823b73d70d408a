import { INVENTORY_CLASSES, type InventoryRow } from '@moorline/model';
import type { QueryClass, SqlParts, SqlSource, ValueType } from '@moorline/query';

interface RowColumn {
  readonly name: string;
  readonly type: QueryClass['columns'][number]['type'];
  readonly description: string;
  /** The column of the table `devices`. */
  readonly column: string;
}

const MANAGED_DEVICE: readonly RowColumn[] = [
  ['DeviceName', 'string', 'Name of the device.', 'name'],
  ['OperatingSystem', 'string', 'Name of the operating system.', 'operating_system'],
  ['OSVersion', 'string', 'Version of the operating system.', 'os_version'],
  ['Manufacturer', 'string', 'Maker of the computer.', 'manufacturer'],
  ['Model', 'string', 'Maker’s name of the model.', 'model'],
  ['SerialNumber', 'string', 'Serial number of the computer.', 'serial_number'],
  ['Architecture', 'string', 'x86, x64, arm, arM64 or unknown.', 'architecture'],
  [
    'ChassisType',
    'string',
    'desktop, laptop, enterpriseServer, phone, tablet or another.',
    'chassis_type',
  ],
  ['PhysicalMemory', 'int', 'Main memory in bytes.', 'physical_memory_bytes'],
  ['TotalStorage', 'int', 'Capacity of the drives in bytes.', 'total_storage_bytes'],
  ['FreeStorage', 'int', 'Free space in bytes.', 'free_storage_bytes'],
  ['EthernetMacAddress', 'string', 'Address of the first wired adapter.', 'ethernet_mac_address'],
  ['WiFiMacAddress', 'string', 'Address of the first wireless adapter.', 'wifi_mac_address'],
  ['EnrolledDateTime', 'dateTime', 'When the device enrolled.', 'enrolled_at'],
  [
    'ConnectorId',
    'string',
    'Connector that the device came through; empty: managed here.',
    'origin',
  ],
  ['IsBlocked', 'bool', 'Whether the device is blocked.', 'is_blocked'],
].map(rowColumn);

const CLIENT_STATUS: readonly RowColumn[] = [
  ['Online', 'bool', 'Whether the device is connected.', 'online'],
  ['LastSyncDateTime', 'dateTime', 'When the device was last in contact.', 'last_contact_at'],
  ['ClientVersion', 'string', 'Version of the agent.', 'client_version'],
  ['CertificateExpirationDate', 'dateTime', 'When its certificate ends.', 'certificate_expires_at'],
].map(rowColumn);

function rowColumn([name = '', type, description = '', column = '']: readonly string[]): RowColumn {
  // The tables above name types of inventory columns alone.
  return { name, type: type as RowColumn['type'], description, column };
}

/** Classes whose one row is the device's own. */
const ROW_CLASSES: ReadonlyMap<string, readonly RowColumn[]> = new Map([
  ['ManagedDevice', MANAGED_DEVICE],
  ['ClientStatus', CLIENT_STATUS],
]);

/** Every class that rules may name: the device's own row, how it is in contact, and its inventory. */
export const QUERY_CLASSES: readonly QueryClass[] = [
  {
    name: 'ManagedDevice',
    description: 'What lists show of the device. Every device has it, attached ones too.',
    columns: MANAGED_DEVICE,
  },
  {
    name: 'ClientStatus',
    description: 'How the device is in contact.',
    columns: CLIENT_STATUS,
  },
  // Who writes a rule sees by its members what a column holds: sensitive ones are not to be asked.
  ...INVENTORY_CLASSES.map((declared) => ({
    ...declared,
    columns: declared.columns.filter(({ isSensitive }) => !isSensitive),
  })),
];

/** Whether the class is a part of the device's own row. */
export function isRowClass(className: string): boolean {
  return ROW_CLASSES.has(className);
}

/** Columns of `devices` from which the rows of row classes are made. */
export const ROW_COLUMNS: readonly string[] = [...ROW_CLASSES.values()].flatMap((columns) =>
  columns.map(({ column }) => column),
);

/** The device's row as the one row of the class. */
export function rowOf(className: string, row: Readonly<Record<string, unknown>>): InventoryRow {
  const columns = ROW_CLASSES.get(className) ?? [];
  return Object.fromEntries(
    columns.map(({ name, type, column }) => [name, asValue(type, row[column])]),
  );
}

function asValue(type: RowColumn['type'], value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (type === 'int') return Number(value);
  return typeof value === 'boolean' ? value : String(value);
}

/** Where the rows of a class are in SQL, for the device `d` of `devices d`. */
export function sourceOf(className: string): SqlSource {
  const columns = ROW_CLASSES.get(className);
  if (columns) {
    return {
      from: [],
      where: [],
      column: (name, type) =>
        rowColumnSql(
          columns.find((column) => column.name === name),
          type,
        ),
    };
  }
  return {
    from: ['inventory_documents i cross join lateral jsonb_array_elements(i.rows) as r(row)'],
    where: [
      'i.authority_id = d.authority_id and i.device_id = d.id and i.class_name = ',
      { value: className, type: 'text' },
    ],
    column: jsonColumnSql,
    mayHave: (column, values) => [
      '(',
      ...values.flatMap(
        (value, at): SqlParts => [
          at > 0 ? ' or i.rows @> ' : 'i.rows @> ',
          { value: JSON.stringify([{ [column]: value }]), type: 'jsonb' },
        ],
      ),
      ')',
    ],
  };
}

function rowColumnSql(column: RowColumn | undefined, type: ValueType): SqlParts {
  if (!column) return [type === 'text' ? "''" : 'null'];
  const value = `d."${column.column}"`;
  switch (type) {
    case 'text':
      return [`coalesce(${value}::text, '')`];
    case 'number':
      return [`${value}::double precision`];
    case 'flag':
      return [value];
    case 'time':
      return [`(to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') collate "C")`];
  }
}

// A value of another type than the column's is not known, whatever a device or an older version left there.
function jsonColumnSql(name: string, type: ValueType): SqlParts {
  const key = { value: name, type: 'text' };
  const typed = (json: string, then: SqlParts): SqlParts => [
    '(case when jsonb_typeof(r.row->',
    key,
    `) = '${json}' then `,
    ...then,
    ' end)',
  ];
  switch (type) {
    case 'text':
      return ['coalesce(', ...typed('string', ['r.row->>', key]), ", '')"];
    case 'number':
      return typed('number', ['(r.row->>', key, ')::double precision']);
    case 'flag':
      return typed('boolean', ['(r.row->>', key, ')::boolean']);
    case 'time': {
      const text: SqlParts = ['(r.row->>', key, ')'];
      return [
        '(',
        ...typed('string', [
          'left(',
          ...text,
          ", 19) || '.' || left(replace(substr(",
          ...text,
          ", 21), 'Z', '') || '000', 3)",
        ]),
        ' collate "C")',
      ];
    }
  }
}
