import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const groupErrors: Readonly<
  Record<
    | 'notFound'
    | 'nameTaken'
    | 'changedMeanwhile'
    | 'builtIn'
    | 'queryInvalid'
    | 'cycle'
    | 'referenceUnknown'
    | 'referenced'
    | 'tooMany'
    | 'unknownInSelection'
    | 'followed'
    | 'tooCostly',
    ErrorFactory
  >
> = defineErrors({
  notFound: {
    code: 'groups.not_found',
    kind: 'failure',
    status: 404,
    text: 'There is no collection with the id {id}. It may have been deleted; the list of collections shows those that are there.',
  },
  unknownInSelection: {
    code: 'groups.unknown_in_selection',
    kind: 'failure',
    text: 'There is no collection with the id {groupId} here, so it cannot decide which devices are uploaded. The list of collections shows those that are there.',
  },
  followed: {
    code: 'groups.in_upload_scope',
    kind: 'failure',
    status: 409,
    text: 'The collection "{name}" decides which devices are uploaded, and cannot be deleted. Take it out of the upload settings first.',
  },
  nameTaken: {
    code: 'groups.name_taken',
    kind: 'failure',
    status: 409,
    text: 'There is a collection with the name "{name}" already. Names differ by more than case: choose another.',
  },
  changedMeanwhile: {
    code: 'groups.changed_meanwhile',
    kind: 'failure',
    status: 412,
    text: 'The collection has changed since it was read. Read it again, and repeat the change with the new ETag.',
  },
  builtIn: {
    code: 'groups.built_in',
    kind: 'failure',
    status: 409,
    text: 'The collection "{name}" is built in and cannot be changed or deleted. Make one of your own that is limited to it.',
  },
  queryInvalid: {
    code: 'groups.query_invalid',
    kind: 'failure',
    text: 'The query of the rule "{rule}" is not valid at character {position}: {problem}',
  },
  cycle: {
    code: 'groups.cycle',
    kind: 'failure',
    status: 409,
    text: 'The collection would depend on itself: {path}. Remove one of these limits, inclusions or exclusions.',
  },
  referenceUnknown: {
    code: 'groups.reference_unknown',
    kind: 'failure',
    text: 'A rule or limit names the collection {id}, and there is none. Choose one that is there.',
  },
  referenced: {
    code: 'groups.referenced',
    kind: 'failure',
    status: 409,
    text: 'The collection "{name}" limits, or is named by a rule of: {by}. Change those first.',
  },
  tooMany: {
    code: 'groups.too_many',
    kind: 'failure',
    status: 409,
    text: 'There are {limit} collections, and no more are kept. Delete one that is not used any more.',
  },
  tooCostly: {
    code: 'groups.too_costly',
    kind: 'failure',
    text: 'Finding the members took longer than {limitSeconds} s and was ended; nothing was saved. Make the queries narrower.',
  },
});
