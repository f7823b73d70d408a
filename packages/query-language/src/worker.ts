import { parentPort, workerData } from 'node:worker_threads';
import { completionsAt } from './completions.ts';
import { type KustoTable, loadKusto } from './kusto.ts';
import type { WorkerAnswer, WorkerRequest } from './messages.ts';
import { toTree } from './to-tree.ts';

const port = parentPort;
if (!port) throw new Error('this runs in a worker alone');
// Handed over by `createQueryLanguage`, in this very shape.
const kusto = loadKusto(workerData as readonly KustoTable[]);

port.on('message', (request: WorkerRequest) => {
  port.postMessage(answer(request));
});

function answer(request: WorkerRequest): WorkerAnswer {
  const { id, text } = request;
  try {
    if (request.kind === 'complete') {
      return { id, kind: 'completions', completions: completionsAt(kusto, text, request.position) };
    }
    const { syntax, diagnostics } = kusto.parse(text);
    const problems = diagnostics
      .filter(({ Severity }) => Severity === 'Error')
      .slice(0, 20)
      .map(({ Message, Start, Length }) => ({ message: Message, start: Start, length: Length }));
    if (problems.length > 0) return { id, kind: 'parsed', tree: null, problems };
    const result = toTree(kusto, syntax);
    return 'tree' in result
      ? { id, kind: 'parsed', tree: result.tree, problems: [] }
      : { id, kind: 'parsed', tree: null, problems: [result.problem] };
  } catch (error) {
    // The scripts throw objects of their own, whose print is megabytes long.
    const message = error instanceof Error ? error.message : 'the language service failed';
    return { id, kind: 'failed', message: message.slice(0, 200) };
  }
}
