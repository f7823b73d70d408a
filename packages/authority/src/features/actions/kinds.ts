import { nearest } from '@moorline/kernel';
import { ACTION_KINDS, type ActionKind, GRAPH_ACTION_KINDS } from '@moorline/model';
import { actionErrors } from './errors.ts';

/** The kind of that name. @throws `actions.kind_not_supported` (Graph's, not ours), `actions.kind_unknown` */
export function actionKind(name: string): ActionKind {
  const kind = ACTION_KINDS.find((candidate) => candidate === name);
  if (kind) return kind;
  const supported = ACTION_KINDS.join(', ');
  if (GRAPH_ACTION_KINDS.some((candidate) => candidate === name)) {
    throw actionErrors.kindNotSupported({ kind: name, supported });
  }
  const near = nearest(name.slice(0, 64), GRAPH_ACTION_KINDS);
  throw actionErrors.kindUnknown({
    kind: name.slice(0, 64),
    hint: near ? `Did you mean ${near}?` : `Available: ${supported}.`,
  });
}
