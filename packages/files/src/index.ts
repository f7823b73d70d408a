export { readIfPresent, removeDurably, writeDurably } from './durable-file.ts';
export { isErrno, reasonOf } from './errno.ts';
