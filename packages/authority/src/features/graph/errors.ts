import { defineErrors, type ErrorFactory } from '@moorline/kernel';

export const graphErrors: Readonly<
  Record<
    | 'batchNested'
    | 'batchIdRepeated'
    | 'batchDependencyUnknown'
    | 'batchDependencyCircular'
    | 'batchDependencyFailed'
    | 'batchUrlInvalid'
    | 'batchBodyTooDeep'
    | 'streamInBatch'
    | 'tooManyStreams',
    ErrorFactory
  >
> = defineErrors({
  batchNested: {
    code: 'batch.nested',
    kind: 'failure',
    text: 'A batch cannot be a part of a batch. Put its requests into one.',
  },
  batchIdRepeated: {
    code: 'batch.id_repeated',
    kind: 'failure',
    text: 'Two requests of the batch have the id "{id}". Give each an id of its own.',
  },
  batchDependencyUnknown: {
    code: 'batch.dependency_unknown',
    kind: 'failure',
    text: 'The request "{id}" depends on "{dependency}", which is not in the batch. Add that request, or take the dependency out.',
  },
  batchDependencyCircular: {
    code: 'batch.dependency_circular',
    kind: 'failure',
    text: 'The request "{id}" depends on itself, directly or through others. Take one of the dependencies out.',
  },
  batchDependencyFailed: {
    code: 'batch.dependency_failed',
    kind: 'failure',
    status: 424,
    text: 'The request "{dependency}", which this one depends on, did not succeed, so this one was not carried out. Its own answer says why.',
  },
  batchUrlInvalid: {
    code: 'batch.url_invalid',
    kind: 'failure',
    text: '"{url}" is not an address inside this API. Write it relative to /v1.0, such as /deviceManagement/managedDevices.',
  },
  batchBodyTooDeep: {
    code: 'batch.body_too_deep',
    kind: 'failure',
    text: 'The body of this part is nested too deeply to be carried on. Write it as the path takes it; nothing here is nested beyond a few levels.',
  },
  streamInBatch: {
    code: 'batch.stream',
    kind: 'failure',
    text: 'An event stream cannot be a part of a batch. Open it by itself.',
  },
  tooManyStreams: {
    code: 'events.too_many_streams',
    kind: 'unavailable',
    text: 'This server has as many event streams open as it takes. Close some, or try again in a minute.',
  },
});
