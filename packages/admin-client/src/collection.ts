import type { CollectionOf } from '@moorline/contracts/admin';
import { type CallOptions, pathOfLink, type Transport } from './transport.ts';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** How many match in all, when it was asked for. */
  readonly count: number | undefined;
  /** Hand it to `nextPage`; undefined at the end. */
  readonly nextLink: string | undefined;
}

export async function readPage<T>(
  transport: Transport,
  pathOrLink: string,
  options: CallOptions = {},
): Promise<Page<T>> {
  const body = await transport.json<CollectionOf<T>>(pathOfLink(pathOrLink), options);
  return { items: body.value, count: body['@odata.count'], nextLink: body['@odata.nextLink'] };
}

/** Every item of every page, one request at a time, as they are taken. */
export async function* iterate<T>(
  transport: Transport,
  path: string,
  options: CallOptions = {},
): AsyncGenerator<T, void, undefined> {
  let link: string | undefined = path;
  while (link !== undefined) {
    const page: Page<T> = await readPage<T>(transport, link, options);
    yield* page.items;
    link = page.nextLink;
  }
}

/** All pages as one, for lists that stay short. */
export async function readAll<T>(
  transport: Transport,
  path: string,
  options: CallOptions = {},
): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of iterate<T>(transport, path, options)) items.push(item);
  return items;
}
