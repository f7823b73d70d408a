import type { PlantedDevice } from '../world/device-rows.ts';
import { createRandom, type Random } from '../world/random.ts';
import {
  both,
  type Condition,
  drawCondition,
  either,
  formsOf,
  negated,
  searched,
} from './conditions.ts';
import type { ListProperty } from './properties.ts';

/** One list that is asked for. */
export interface ListQuery {
  readonly filter: string | null;
  readonly search: string | null;
  readonly orderBy: readonly { readonly property: string; readonly isDescending: boolean }[];
  /** What of filter and search together is true of a device. */
  matches(device: PlantedDevice): boolean;
}

const SEARCHES = ['lt-', 'ws-ber', 'srv-muc-00', 'dell', 'lenovo', 'optiplex', 'framework', 'qemu'];

/**
 * The declared workload: first every property with every operator once and every sort in both directions, then
 * drawn combinations of one to three conditions, a search for every fifth, one or two sort keys. The same for the
 * same seed.
 */
export function drawQueries(
  count: number,
  seed: number,
  properties: Readonly<Record<string, ListProperty>>,
  devices: readonly PlantedDevice[],
): readonly ListQuery[] {
  const random = createRandom(seed);
  const filterable = Object.entries(properties).filter(([, { isFilterable }]) => isFilterable);
  const sortable = Object.keys(properties).filter((name) => properties[name]?.isSortable);
  const every: ListQuery[] = [
    query(null, null, []),
    ...filterable.flatMap(([name, property]) =>
      formsOf(property).map((form) =>
        query(
          drawCondition(name, property, form, devices, random),
          null,
          drawOrder(random, sortable),
        ),
      ),
    ),
    ...sortable.flatMap((property) =>
      [false, true].map((isDescending) => query(null, null, [{ property, isDescending }])),
    ),
    ...SEARCHES.map((word) => query(null, searched(word), drawOrder(random, sortable))),
  ];
  const drawOne = (): Condition => {
    const [name, property] = random.pick(filterable);
    return drawCondition(name, property, random.pick(formsOf(property)), devices, random);
  };
  const drawn = Array.from({ length: Math.max(0, count - every.length) }, () =>
    query(
      drawFilter(random, drawOne),
      random.fraction() < 0.2 ? searched(drawSearch(random, devices)) : null,
      drawOrder(random, sortable),
    ),
  );
  // Shuffled, so that a smaller run is a fair part of a larger one.
  return shuffled([...every, ...drawn], random).slice(0, count);
}

/** The path of a page of the list. */
export function queryText(
  { filter, search, orderBy }: ListQuery,
  page: { readonly top: number; readonly skip: number; readonly isCounted: boolean },
): string {
  const words = new URLSearchParams();
  if (filter !== null) words.set('$filter', filter);
  if (search !== null) words.set('$search', `"${search}"`);
  if (orderBy.length > 0) {
    const keys = orderBy.map(({ property, isDescending }) =>
      isDescending ? `${property} desc` : property,
    );
    words.set('$orderby', keys.join(','));
  }
  words.set('$top', String(page.top));
  if (page.skip > 0) words.set('$skip', String(page.skip));
  if (page.isCounted) words.set('$count', 'true');
  return `?${words}`;
}

function query(
  filter: Condition | null,
  search: Condition | null,
  orderBy: ListQuery['orderBy'],
): ListQuery {
  return {
    filter: filter?.text ?? null,
    search: search?.text ?? null,
    orderBy,
    matches: (device) =>
      (filter === null || filter.matches(device)) && (search === null || search.matches(device)),
  };
}

function drawFilter(random: Random, drawOne: () => Condition): Condition | null {
  const kind = random.fraction();
  if (kind < 0.1) return null;
  if (kind < 0.4) return drawOne();
  if (kind < 0.5) return negated(drawOne());
  if (kind < 0.75) return both(drawOne(), drawOne());
  if (kind < 0.9) return either(drawOne(), drawOne());
  return both(drawOne(), either(drawOne(), drawOne()));
}

function drawOrder(random: Random, sortable: readonly string[]): ListQuery['orderBy'] {
  if (random.fraction() < 0.3) return [];
  const first = { property: random.pick(sortable), isDescending: random.fraction() < 0.5 };
  if (random.fraction() < 0.7) return [first];
  const others = sortable.filter((name) => name !== first.property);
  return [first, { property: random.pick(others), isDescending: random.fraction() < 0.5 }];
}

function drawSearch(random: Random, devices: readonly PlantedDevice[]): string {
  if (random.fraction() < 0.5) return random.pick(SEARCHES);
  const { name, serialNumber } = random.pick(devices);
  return (random.fraction() < 0.5 || serialNumber === null ? name : serialNumber).slice(0, 5);
}

function shuffled<T>(items: T[], random: Random): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    const [a, b] = [items[index], items[other]];
    if (a !== undefined && b !== undefined) [items[index], items[other]] = [b, a];
  }
  return items;
}
