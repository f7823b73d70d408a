export { readIfPresent, removeDurably, syncFolder, writeDurably } from './durable-file.ts';
export { isErrno, reasonOf } from './errno.ts';
export { lockFolder } from './folder-lock.ts';
