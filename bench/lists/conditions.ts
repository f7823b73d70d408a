import type { PlantedDevice } from '../world/device-rows.ts';
import type { Random } from '../world/random.ts';
import type { ListProperty } from './properties.ts';

/** A condition as OData text, and what it says of a device: the recount that the host's count must equal. */
export interface Condition {
  readonly text: string;
  matches(device: PlantedDevice): boolean;
}

type Value = string | number | boolean | null;

const ordered =
  (holds: (a: string | number | boolean, b: string | number | boolean) => boolean) =>
  (a: Value, b: Value): boolean =>
    a !== null && b !== null && holds(a, b);

/** A value that is not there differs from every literal, and is neither before nor after one. */
const COMPARISONS = {
  eq: (a: Value, b: Value) => a === b,
  ne: (a: Value, b: Value) => a !== b,
  gt: ordered((a, b) => a > b),
  ge: ordered((a, b) => a >= b),
  lt: ordered((a, b) => a < b),
  le: ordered((a, b) => a <= b),
} as const;
type Operator = keyof typeof COMPARISONS;

const TEXT_TESTS = {
  contains: (text: string, part: string) => text.includes(part),
  startswith: (text: string, part: string) => text.startsWith(part),
  endswith: (text: string, part: string) => text.endsWith(part),
} as const;
type TextTest = keyof typeof TEXT_TESTS;

const ORDERED = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
const EQUALITY = ['eq', 'ne'] as const;
const TESTS = ['contains', 'startswith', 'endswith'] as const;

/** Every operator that a property can be filtered by: the workload draws from these, and each is drawn. */
export function formsOf(property: ListProperty): readonly (Operator | TextTest | 'in' | 'null')[] {
  switch (property.kind) {
    case 'text':
      return [...ORDERED, ...TESTS, 'in', 'null'];
    case 'number':
    case 'time':
      return [...ORDERED, 'in'];
    case 'member':
    case 'boolean':
      return [...EQUALITY, 'in'];
    case 'id':
      return [...EQUALITY, 'in', 'null'];
  }
}

/** A condition of that form on a value that a drawn device has. */
export function drawCondition(
  name: string,
  property: ListProperty,
  form: ReturnType<typeof formsOf>[number],
  devices: readonly PlantedDevice[],
  random: Random,
): Condition {
  // Members are names: they have one spelling.
  const of = (device: PlantedDevice): Value =>
    property.kind === 'member' ? property.read(device) : comparable(property.read(device));
  const drawn = (): Value => of(random.pick(devices));
  if (form === 'null') {
    const operator = random.pick(EQUALITY);
    return {
      text: `${name} ${operator} null`,
      matches: (device) => COMPARISONS[operator](of(device), null),
    };
  }
  if (form === 'in') {
    const values = [drawn(), drawn(), drawn()].filter((value) => value !== null);
    if (values.length === 0) return drawCondition(name, property, 'ne', devices, random);
    return {
      text: `${name} in (${values.map((value) => literal(property, value)).join(',')})`,
      matches: (device) => values.includes(of(device) ?? Number.NaN),
    };
  }
  if (form === 'contains' || form === 'startswith' || form === 'endswith') {
    const part = partOf(String(drawn() ?? 'a'), form, random);
    return {
      text: `${form}(${name},${literal(property, part)})`,
      matches: (device) => {
        const value = of(device);
        return typeof value === 'string' && TEXT_TESTS[form](value, part);
      },
    };
  }
  const value = drawn();
  if (value === null) {
    const operator = random.pick(EQUALITY);
    return property.kind === 'text' || property.kind === 'id'
      ? {
          text: `${name} ${operator} null`,
          matches: (device) => COMPARISONS[operator](of(device), null),
        }
      : drawCondition(name, property, form, devices, random);
  }
  return {
    text: `${name} ${form} ${literal(property, value)}`,
    matches: (device) => COMPARISONS[form](of(device), value),
  };
}

export function negated(condition: Condition): Condition {
  return { text: `not (${condition.text})`, matches: (device) => !condition.matches(device) };
}

export function both(a: Condition, b: Condition): Condition {
  return {
    text: `(${a.text}) and (${b.text})`,
    matches: (device) => a.matches(device) && b.matches(device),
  };
}

export function either(a: Condition, b: Condition): Condition {
  return {
    text: `(${a.text}) or (${b.text})`,
    matches: (device) => a.matches(device) || b.matches(device),
  };
}

/** $search: a word that name, serial number, maker or model begins with. */
export function searched(word: string): Condition {
  const lower = word.toLowerCase();
  const begins = (text: string | null): boolean => text?.toLowerCase().startsWith(lower) === true;
  return {
    text: word,
    matches: ({ name, serialNumber, manufacturer, model }) =>
      begins(name) || begins(serialNumber) || begins(manufacturer) || begins(model),
  };
}

/** Text is compared without regard to case. */
export function comparable(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function partOf(text: string, form: TextTest, random: Random): string {
  const length = Math.min(text.length, 2 + random.below(4));
  if (form === 'startswith') return text.slice(0, length);
  if (form === 'endswith') return text.slice(text.length - length);
  const start = random.below(text.length - length + 1);
  return text.slice(start, start + length);
}

function literal(property: ListProperty, value: string | number | boolean): string {
  if (property.kind === 'time') return new Date(Number(value)).toISOString();
  if (typeof value !== 'string') return String(value);
  return `'${value.replaceAll("'", "''")}'`;
}
