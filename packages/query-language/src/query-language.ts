import { Worker } from 'node:worker_threads';
import type { Logger } from '@moorline/kernel';
import {
  type CheckedQuery,
  checkQuery,
  DEVICE_ID,
  QUERY_LIMITS,
  type QueryClass,
} from '@moorline/query';
import type { QueryCompletions } from './completions.ts';
import { queryLanguageErrors } from './errors.ts';
import type { KustoTable } from './kusto.ts';
import type { WorkerAnswer, WorkerRequest } from './messages.ts';

/** Reads queries as the official language service does. Its worker starts at the first of them. */
export interface QueryLanguage extends AsyncDisposable {
  /** The query's plan, or what is wrong with it. @throws `query.too_slow`, `query.busy`, `query.check_failed` */
  check(text: string): Promise<CheckedQuery>;
  /** What may stand at the position (UTF-16 units). @throws as `check` */
  complete(text: string, position: number): Promise<QueryCompletions>;
}

const LIMIT_MS = 5000;
/** The first query waits for the scripts too: 5 MB of them. */
const START_LIMIT_MS = 30_000;
const MAX_WAITING = 64;

interface Waiting {
  readonly request: WorkerRequest;
  resolve(answer: WorkerAnswer): void;
  reject(error: unknown): void;
}

export function createQueryLanguage(deps: {
  readonly classes: readonly QueryClass[];
  readonly logger: Logger;
  /** Longest time for one query; 5 s unless given. */
  readonly limitMs?: number;
}): QueryLanguage {
  const { classes, logger, limitMs = LIMIT_MS } = deps;
  const queue: Waiting[] = [];
  let worker: Worker | null = null;
  let isWarm = false;
  let running: Waiting | null = null;
  let timer: NodeJS.Timeout | undefined;
  let lastId = 0;
  let isClosed = false;

  // One at a time: the worker is one thread, and so the limit is each query's own.
  function next(): void {
    if (running || isClosed) return;
    running = queue.shift() ?? null;
    if (!running) {
      worker?.unref();
      return;
    }
    worker ??= start();
    worker.ref();
    const limit = isWarm ? limitMs : START_LIMIT_MS;
    timer = setTimeout(() => end(queryLanguageErrors.tooSlow({ limitMs: limit })), limit);
    worker.postMessage(running.request);
  }

  function start(): Worker {
    const started = new Worker(workerFile(), {
      workerData: classes.map(tableOf),
      resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 4 },
      stdout: true,
      stderr: true,
      // Those of this process are not the worker's: some keep a thread from starting at all.
      execArgv: [],
    });
    // What the scripts print is of no use to anybody, and may be megabytes.
    started.stdout.resume();
    started.stderr.resume();
    started.on('message', (answer: WorkerAnswer) => {
      if (worker !== started || running?.request.id !== answer.id) return;
      isWarm = true;
      clearTimeout(timer);
      const { resolve } = running;
      running = null;
      resolve(answer);
      next();
    });
    started.on('error', (error) => {
      logger.warn({ reason: error.message?.slice(0, 200) }, 'query worker failed');
      if (worker === started) end(queryLanguageErrors.failed());
    });
    return started;
  }

  /** Ends the worker with whatever it is doing; the next query starts another. */
  function end(reason: Error): void {
    clearTimeout(timer);
    const ended = worker;
    worker = null;
    isWarm = false;
    const waiting = running;
    running = null;
    waiting?.reject(reason);
    ended?.terminate().catch((error: unknown) => logger.warn({ err: error }, 'query worker stays'));
    next();
  }

  function ask(request: WorkerRequest): Promise<WorkerAnswer> {
    if (isClosed || queue.length >= MAX_WAITING) throw queryLanguageErrors.busy();
    return new Promise((resolve, reject) => {
      queue.push({ request, resolve, reject });
      next();
    });
  }

  return {
    async check(text) {
      const tooLong = tooLongProblem(text);
      if (tooLong) return { plan: null, problems: [tooLong] };
      const answer = await ask({ id: ++lastId, kind: 'parse', text });
      if (answer.kind !== 'parsed') throw queryLanguageErrors.failed();
      if (!answer.tree) return { plan: null, problems: answer.problems };
      return checkQuery(answer.tree, classes);
    },
    async complete(text, position) {
      if (tooLongProblem(text)) return { start: position, length: 0, items: [] };
      const at = Math.max(0, Math.min(position, text.length));
      const answer = await ask({ id: ++lastId, kind: 'complete', text, position: at });
      if (answer.kind !== 'completions') throw queryLanguageErrors.failed();
      return answer.completions;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      clearTimeout(timer);
      const closed = queryLanguageErrors.busy();
      for (const { reject } of [...(running ? [running] : []), ...queue.splice(0)]) reject(closed);
      running = null;
      await worker?.terminate();
      worker = null;
    },
  };
}

function tooLongProblem(
  text: string,
): { message: string; start: number; length: number } | undefined {
  const { characters } = QUERY_LIMITS;
  if (text.length <= characters) return undefined;
  const message = `A query holds ${characters} characters at most; this one has ${text.length}.`;
  return { message, start: characters, length: text.length - characters };
}

/** Run from sources, the worker is a file beside this one; bundled, a program beside the host's. */
function workerFile(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? './worker.ts' : './query-worker.mjs', import.meta.url);
}

const KUSTO_TYPES = {
  string: 'string',
  guid: 'string',
  int: 'long',
  real: 'real',
  bool: 'bool',
  dateTime: 'datetime',
} as const;

function tableOf(queryClass: QueryClass): KustoTable {
  const columns = queryClass.columns.map(({ name, type }) => `['${name}']:${KUSTO_TYPES[type]}`);
  return {
    name: queryClass.name,
    schema: `(${[`${DEVICE_ID}:string`, ...columns].join(', ')})`,
    description: queryClass.description,
  };
}
