/** A time that has passed, for people. */
export function ago(spanMs: number): string {
  return spanMs < 60_000 ? 'just now' : `${span(spanMs)} ago`;
}

export function inFuture(spanMs: number): string {
  return spanMs <= 0 ? 'now' : `in ${span(spanMs)}`;
}

export function span(spanMs: number): string {
  const minutes = Math.floor(spanMs / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
