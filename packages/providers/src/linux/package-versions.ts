/** Negative: `a` is the earlier one. @spec deb-version(7) "Sorting algorithm" */
export function compareDebVersions(a: string, b: string): number {
  const [left, right] = [splitDeb(a), splitDeb(b)];
  return (
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

function splitDeb(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)) || 0,
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

function compareParts(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const order = orderOf(a, i) - orderOf(b, j);
      if (order !== 0) return order;
      i++;
      j++;
    }
    const [first, second] = [digitsAt(a, i), digitsAt(b, j)];
    i += first.length;
    j += second.length;
    const order = compareNumbers(first.replace(/^0+/, ''), second.replace(/^0+/, ''));
    if (order !== 0) return order;
  }
  return 0;
}

function digitsAt(text: string, at: number): string {
  let end = at;
  while (isDigit(text, end)) end++;
  return text.slice(at, end);
}

// Of any length: the longer one is the greater.
function compareNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

// A tilde is before the end, letters are before everything else.
function orderOf(text: string, at: number): number {
  const character = text[at];
  if (character === undefined || isDigit(text, at)) return 0;
  if (character === '~') return -1;
  const code = text.charCodeAt(at);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}
