/** Into the page that says how attaching is prepared, as it lies in the product's folder. */
export function docsLink(anchor: string): string {
  return `docs/attach.md#${anchor}`;
}
