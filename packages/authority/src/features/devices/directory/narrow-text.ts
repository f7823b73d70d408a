import type { Comparison } from '@moorline/codecs/odata';
import {
  compareToNeedle,
  contains,
  endsWith,
  type Needle,
  needleOf,
  startsWith,
} from './needle.ts';
import { NO_TEXT, type TextSegment } from './text-segment.ts';
import { type Condition, type Fold, likePattern, likeText } from './text-test.ts';

export type NarrowText = (texts: TextSegment, mask: Uint8Array) => void;

/** A condition on texts that stand in segments. */
export function narrowText(condition: Condition, fold: Fold, lower: Fold): NarrowText {
  if (condition.kind === 'text') {
    const needle = needleOf(likeText(condition, lower(likePattern(condition))));
    if (condition.function === 'contains') return keepContaining(needle);
    return condition.function === 'startswith' ? keepStarting(needle) : keepEnding(needle);
  }
  if (condition.kind === 'in') {
    const isNullWanted = condition.values.some((literal) => literal.type === 'null');
    const needles = condition.values.flatMap((literal) =>
      literal.type === 'null' ? [] : [needleOf(fold(String(literal.value)))],
    );
    return oneOf(needles, isNullWanted);
  }
  const { operator, value } = condition;
  if (value.type === 'null') return ifNull(operator === 'eq');
  return comparison(operator, needleOf(fold(String(value.value))));
}

// The loops are alike and yet three: in one with the test as a parameter, the test would be called a million times
// where here it is part of the loop.
function keepContaining(needle: Needle): NarrowText {
  return (texts, mask) => {
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] === 1 && !contains(texts, row, needle)) mask[row] = 0;
    }
  };
}

function keepStarting(needle: Needle): NarrowText {
  return (texts, mask) => {
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] === 1 && !startsWith(texts, row, needle)) mask[row] = 0;
    }
  };
}

function keepEnding(needle: Needle): NarrowText {
  return (texts, mask) => {
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] === 1 && !endsWith(texts, row, needle)) mask[row] = 0;
    }
  };
}

function ifNull(isWanted: boolean): NarrowText {
  return ({ lengths }, mask) => {
    for (let row = 0; row < mask.length; row++) {
      if ((lengths[row] === NO_TEXT) !== isWanted) mask[row] = 0;
    }
  };
}

function oneOf(needles: readonly Needle[], isNullWanted: boolean): NarrowText {
  const byPrefix = new Map<number, Needle[]>();
  for (const needle of needles) {
    byPrefix.set(needle.prefix, [...(byPrefix.get(needle.prefix) ?? []), needle]);
  }
  return (texts, mask) => {
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] === 0) continue;
      if (texts.lengths[row] === NO_TEXT) {
        if (!isNullWanted) mask[row] = 0;
        continue;
      }
      const candidates = byPrefix.get(texts.prefixes[row] ?? 0);
      if (!candidates?.some((needle) => compareToNeedle(texts, row, needle) === 0)) mask[row] = 0;
    }
  };
}

function comparison(operator: Comparison, needle: Needle): NarrowText {
  const keeps = {
    below: operator === 'lt' || operator === 'le' || operator === 'ne',
    same: operator === 'eq' || operator === 'le' || operator === 'ge',
    above: operator === 'gt' || operator === 'ge' || operator === 'ne',
    // What is not there differs from every text, and is neither before nor after one.
    missing: operator === 'ne',
  };
  return (texts, mask) => {
    for (let row = 0; row < mask.length; row++) {
      if (mask[row] === 0) continue;
      if (texts.lengths[row] === NO_TEXT) {
        if (!keeps.missing) mask[row] = 0;
        continue;
      }
      const order = compareToNeedle(texts, row, needle);
      if (!(order < 0 ? keeps.below : order > 0 ? keeps.above : keeps.same)) mask[row] = 0;
    }
  };
}
