import type { DocumentsBody, StateDocumentWire } from '@moorline/contracts/agent';
import type { InventoryRow } from '@moorline/model';
import type { StateDocument } from '@moorline/model/ports';
import { agentErrors } from './errors.ts';
import { checkTime } from './wire-checks.ts';

/**
 * Documents as the port takes them: each whole or a delta, one of a class, with a time that can be. Their rows
 * are not looked at.
 * @throws `agent.document_form`, `agent.document_twice`, `agent.time_invalid`
 */
export function stateDocuments(body: DocumentsBody): readonly StateDocument[] {
  const classes = new Set<string>();
  return body.documents.map((wire, index) => {
    if (classes.has(wire.className)) {
      throw agentErrors.documentTwice({ className: wire.className });
    }
    classes.add(wire.className);
    checkTime(`documents.${index}.collectedAt`, wire.collectedAt);
    return {
      className: wire.className,
      hash: wire.hash,
      collectedAt: wire.collectedAt,
      content: contentOf(wire),
    };
  });
}

function contentOf(wire: StateDocumentWire): StateDocument['content'] {
  const { rows, baseHash, put, drop } = wire;
  if (rows && baseHash === undefined && !put && !drop) {
    return { kind: 'whole', rows: unchecked(rows) };
  }
  if (!rows && baseHash !== undefined && put && drop) {
    return { kind: 'delta', baseHash, put: unchecked(put), drop };
  }
  throw agentErrors.documentForm({ className: wire.className });
}

// The port checks every row against the declaration of its class, which alone knows the columns.
function unchecked(rows: readonly Record<string, unknown>[]): readonly InventoryRow[] {
  return rows as readonly InventoryRow[];
}
