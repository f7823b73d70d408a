import { defineErrors, type ErrorFactory } from '@moorline/kernel';

/** What can be wrong with the query of a request. Every one is the caller's to correct. */
export const odataErrors: Readonly<
  Record<
    | 'optionUnknown'
    | 'optionRepeated'
    | 'optionInvalid'
    | 'optionTooLong'
    | 'filterSyntax'
    | 'filterTooComplex'
    | 'propertyUnknown'
    | 'propertyNotUsable'
    | 'typeMismatch'
    | 'valueUnknown',
    ErrorFactory
  >
> = defineErrors({
  optionUnknown: {
    code: 'odata.option_unknown',
    kind: 'failure',
    text: 'There is no query option {option} here. {hint}',
  },
  optionRepeated: {
    code: 'odata.option_repeated',
    kind: 'failure',
    text: 'The query option {option} is given more than once. Give it once.',
  },
  optionInvalid: {
    code: 'odata.option_invalid',
    kind: 'failure',
    text: 'The value of {option} is not valid: {problem}',
  },
  optionTooLong: {
    code: 'odata.option_too_long',
    kind: 'failure',
    text: 'The query option {option} is longer than {limit} characters. Shorten it, or split the request.',
  },
  filterSyntax: {
    code: 'odata.filter_syntax',
    kind: 'failure',
    text: 'The $filter cannot be read at character {position}: {problem}',
  },
  filterTooComplex: {
    code: 'odata.filter_too_complex',
    kind: 'failure',
    text: 'The $filter {problem}. Simplify it, or split the request.',
  },
  propertyUnknown: {
    code: 'odata.property_unknown',
    kind: 'failure',
    text: '{entity} has no property "{property}". {hint}',
  },
  propertyNotUsable: {
    code: 'odata.property_not_usable',
    kind: 'failure',
    text: 'The property {property} cannot be used in {option}. These can: {usable}.',
  },
  typeMismatch: {
    code: 'odata.type_mismatch',
    kind: 'failure',
    text: 'The property {property} is of type {expected} and cannot be compared with {actual}. Compare it with a value of its own type.',
  },
  valueUnknown: {
    code: 'odata.value_unknown',
    kind: 'failure',
    text: '"{value}" is not a value of {property}. {hint}',
  },
});
