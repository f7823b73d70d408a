import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type LeaseAnswer,
  type LeaseRequest,
  type Lent,
  readLines,
  writeLine,
} from './lease-protocol.ts';
import type { TestServer } from './test-server.ts';

/** Borrows a server from the run's lender, at the address that the runner gives. Disposing gives it back. */
export async function borrowServer(path: string): Promise<TestServer> {
  const socket = connect(path);
  await once(socket, 'connect');
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  const lent = Promise.withResolvers<Lent>();
  let serial = 0;
  readLines<Lent | LeaseAnswer>(socket, (message) => {
    if ('owner' in message) return lent.resolve(message);
    const { id, error } = message;
    if (error === undefined) waiting.get(id)?.resolve();
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
    if (waiting.size === 0) socket.unref();
  });
  socket.on('error', () => {}); // its end follows
  socket.once('close', () => {
    const gone = new Error('the test runner has taken its PostgreSQL back');
    lent.reject(gone);
    for (const { reject } of waiting.values()) reject(gone);
  });
  const { owner, serving, pid, templates: known } = await lent.promise;
  // A test that holds nothing else open has ended.
  socket.unref();

  const ask = async (request: Extract<LeaseRequest, { id: number }>): Promise<void> => {
    const answer = Promise.withResolvers<void>();
    waiting.set(request.id, answer);
    socket.ref();
    writeLine(socket, request);
    await answer.promise;
  };
  const templates = new Map(known);
  return {
    server: {
      pid,
      connection: (role, database) => {
        const connection = role === 'owner' ? owner : serving;
        return database === undefined ? connection : { ...connection, database };
      },
      createDatabase: (name, template) =>
        ask({
          type: 'create',
          id: ++serial,
          name,
          ...(template !== undefined && { template }),
        }),
      dropDatabase: (name) => ask({ type: 'drop', id: ++serial, name }),
    },
    templates,
    keepTemplate(key, name) {
      templates.set(key, name);
      writeLine(socket, { type: 'keep', key, name });
    },
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.ref();
      socket.end();
      await closed;
    },
  };
}
