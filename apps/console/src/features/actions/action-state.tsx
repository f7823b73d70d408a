import { Spinner } from '@fluentui/react-components';
import type { ActionAnswer } from '@moorline/contracts/admin';
import { Status } from '../../ui/status.tsx';
import { stateWords } from './action-words.ts';

/** The action's state as a word with a sign; one on its way turns. */
export function ActionState({ action }: { action: ActionAnswer }) {
  const { name, tone } = stateWords(action.state);
  if (action.isFinal) return <Status tone={tone}>{name}</Status>;
  return (
    <Status tone="quiet" icon={<Spinner size="extra-tiny" />}>
      {name}
    </Status>
  );
}
