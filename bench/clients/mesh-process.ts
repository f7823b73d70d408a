// Agents of MeshCentral in one process.
import { connectMeshAgent, type MeshAgent } from '../peers/meshcentral/agent.ts';
import { type MeshAgentKey, meshAgentKeys } from '../peers/meshcentral/agent-keys.ts';
import { serveCalls } from './client-process.ts';

let keys: readonly MeshAgentKey[] = [];
const agents = new Map<number, MeshAgent>();

serveCalls({
  async prepare({ count }: { count: number }) {
    keys = await meshAgentKeys(count);
  },
  /** Connects agents `from` to `to` (excluded); answers their ids. */
  async connect({
    port,
    from,
    to,
    atOnce,
  }: {
    port: number;
    from: number;
    to: number;
    atOnce: number;
  }) {
    let next = from;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (next < to) {
          const index = next++;
          const key = keys[index];
          if (!key) throw new Error('not prepared');
          agents.set(index, await connectMeshAgent(port, `bench-${index}`, key));
        }
      }),
    );
    return [...agents.values()].map(({ nodeId }) => nodeId);
  },
});
