/** `Debian Foo Team <foo@example.org>` without the address; an address alone stays. */
export function publisherName(text: string | null | undefined): string | null {
  const whole = text?.slice(0, 1024).trim();
  if (!whole) return null;
  return whole.replace(/\s*<[^<>]*>\s*$/, '').replace(/^"(.*)"$/, '$1') || whole;
}
