/** A place in a change log: `<transaction>.<sequence>`, both decimal; `0.0` is before everything. */
export const FIRST_POSITION = '0.0';

const POSITION = /^(\d{1,20})\.(\d{1,20})$/;

export function isPosition(text: string): boolean {
  return POSITION.test(text);
}

/** Negative, zero or positive as `a` is before, at or after `b`; both must be positions. */
export function comparePositions(a: string, b: string): number {
  const [, aTransaction = '0', aSequence = '0'] = POSITION.exec(a) ?? [];
  const [, bTransaction = '0', bSequence = '0'] = POSITION.exec(b) ?? [];
  return (
    compareNumbers(BigInt(aTransaction), BigInt(bTransaction)) ||
    compareNumbers(BigInt(aSequence), BigInt(bSequence))
  );
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
